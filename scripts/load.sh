#!/usr/bin/env bash
# Puts load on a running reader with k6; see loadtest/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."

base=${BASE:-http://${TERCUL_READ_ADDR:-127.0.0.1:8080}}
k6=$(scripts/tool.sh k6)
addresses=$(mktemp)
trap 'rm -f "$addresses"' EXIT
go run ./loadtest/cmd/urls --base "$base" >"$addresses"
ADDRESSES=$addresses VUS=${VUS:-32} DURATION=${DURATION:-30s} RATE=${RATE:-} \
  "$k6" run --quiet loadtest/k6/read.js
