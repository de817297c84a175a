#!/usr/bin/env bash
# Proves freshness on real servers, which it starts by itself:
#   history.sh short    two minutes, every fault once (make test)
#   history.sh soak     for SOAK, an hour unless it says otherwise
#   history.sh mutants  takes out one protection after the other, and expects each to be missed
# SEED draws the same again. Reports are in coverage/history-*.json.
set -euo pipefail
cd "$(dirname "$0")/.."

# build FOLDER TAGS builds the programs; writer and tercul have no protections to take out.
build() {
  mkdir -p "$1" coverage
  go build -trimpath -ldflags=-w -tags="$2" -o "$1/" ./read/cmd/reader
  go build -trimpath -ldflags=-w -o "$1/" ./write/cmd/writer ./write/cmd/tercul
  go build -trimpath -ldflags=-w -o "$1/history" ./loadtest/cmd/history
}

seed=(-seed "${SEED:-0}")
case ${1:-} in
  short)
    build bin/history ''
    exec bin/history/history -bin bin/history -duration 75s -report coverage/history-short.json "${seed[@]}"
    ;;
  soak)
    build bin/history ''
    exec bin/history/history -bin bin/history -duration "${SOAK:-1h}" -readers 4 -clients 24 -pause 8ms -works 6 -crowd "${CROWD:-10000}" \
      -report coverage/history-soak.json "${seed[@]}"
    ;;
  mutants)
    build bin/mutants mutants
    exec bin/mutants/history -bin bin/mutants -mutants "${seed[@]}"
    ;;
  *)
    echo "history.sh: say short, soak or mutants" >&2
    exit 2
    ;;
esac
