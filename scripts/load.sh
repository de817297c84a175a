#!/usr/bin/env bash
# Puts load on a running reader with k6; see loadtest/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."

base=${BASE:-http://${TERCUL_READ_ADDR:-127.0.0.1:8080}}
k6=$(scripts/tool.sh k6)
addresses=$(mktemp)
trap 'rm -f "$addresses"' EXIT
go run ./loadtest/cmd/urls --base "$base" --count "${COUNT:-20000}" --works "${WORKS:-5000}" >"$addresses"
echo "load on $base for ${DURATION:-30s}: ${RATE:+$RATE requests a second from }${VUS:-32} readers at once" >&2
ADDRESSES=$addresses VUS=${VUS:-32} DURATION=${DURATION:-30s} RATE=${RATE:-} P99_MS=${P99_MS:-} CONDITIONAL=${CONDITIONAL:-} \
  "$k6" run --quiet --no-usage-report loadtest/k6/read.js
