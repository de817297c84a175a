#!/usr/bin/env bash
# Measures on this machine and says before each part what it is. Absolute numbers differ from machine to machine;
# docs/performance.md says what to make of them. With `pages`, the cost of list pages by the size of the library alone; with
# `edits`, that of changes alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck disable=SC2016 # the variables are those of the shell that it runs in
measure='
part() { printf "\n== %s\n" "$*"; }
bench() { go test -run - -benchtime 1x -timeout 180m "$@"; }
if [ "${1:-}" = pages ]; then
  part "List pages by the size of the library"
  bench -bench LoadPages ./read/internal/app
  exit
fi
if [ "${1:-}" = edits ]; then
  part "Edits over HTTP, by one editor and by sixteen, and an author renamed who has 5,000 works"
  bench -bench Edits ./write/internal/app
  exit
fi
part "1. Hits: the reader against bare fasthttp that sends the same 4 KB, side by side on one core"
bench -bench SideBySide ./read/internal/api
part "2. One work by the layer that answers it, against its SQL statement alone; sample library, one request at a time"
bench -bench Layers ./read/internal/app
part "3. Misses and list pages in a made-up library (TERCUL_BENCH_WORKS=${TERCUL_BENCH_WORKS:-20000} works)"
bench -bench Load ./read/internal/app
part "4. Edits over HTTP in such a library, by one editor and by sixteen, and an author renamed who has 5,000 works"
bench -bench Edits ./write/internal/app
part "5. Freshness: four readers and a writer in processes of their own; and a reader that loses announcements"
bench -bench Freshness ./read/internal/app
bench -bench Loss ./read/internal/cache
part "6. The pieces: time, memory and allocations for one operation (Go benchmarks)"
go test -run - -bench . -skip "Loss" -benchmem ./read/internal/plan ./read/internal/answer ./read/internal/cache ./read/internal/evict ./read/internal/operation
'
deploy/local/with-services bash -euo pipefail -c "$measure" bench "$@" | grep --line-buffered -v -E '^(goos|goarch|pkg|cpu|PASS|ok|\{)|^Benchmark(SideBySide|Layers|Load|Edits|Freshness|Loss)'
