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

# purged_twice has a test of the purger wait for the second purge of an edge, which without it comes never.
purged_twice() {
  local log=coverage/mutants-purge.log name=TestWhatIsCommittedIsPurgedTwice
  edge() {
    deploy/local/with-services env TERCUL_MUTANT="$1" go test -tags=mutants -trimpath -ldflags=-w -count=1 -timeout="$2" -v ./write/internal/edge -run "^$name\$" >"$log" 2>&1
  }
  # A run in which the test did not take place says nothing.
  if ! edge '' 5m || ! grep -q -- "--- PASS: $name" "$log"; then
    cat "$log" >&2
    return 1
  fi
  echo 'purge      with all protections   the edge is purged twice'
  if edge purge 60s || ! grep -qE -- "--- FAIL: $name|$name \\(" "$log"; then
    cat "$log" >&2
    return 1
  fi
  echo 'purge      without purge          the second purge is waited for in vain'
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
    bin/mutants/history -bin bin/mutants -mutants "${seed[@]}"
    purged_twice
    ;;
  *)
    echo "history.sh: say short, soak or mutants" >&2
    exit 2
    ;;
esac
