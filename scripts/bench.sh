#!/usr/bin/env bash
# Measures hits, misses and bare fasthttp beside each other, as ratios in one run; then the pieces.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/local/with-services bash -euo pipefail -c '
  go test -run - -bench SideBySide -benchtime 1x ./read/internal/api
  go test -run - -bench Layers -benchtime 1x ./read/internal/app
  go test -run - -bench Load -benchtime 1x -timeout 60m ./read/internal/app
  go test -run - -bench . -benchmem ./read/internal/plan ./read/internal/answer ./read/internal/cache ./read/internal/evict ./read/internal/operation
' </dev/null | grep -v -E "^(goos|goarch|pkg|cpu|PASS|ok|\{)"
