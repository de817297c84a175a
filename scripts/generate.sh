#!/usr/bin/env bash
# Makes all generated code anew, by the go:generate lines of every module.
set -euo pipefail
cd "$(dirname "$0")/.."

for module in $(sed -n 's|^[[:space:]]*\./\([a-z]*\)$|\1|p' go.work); do
  if [ -n "$(find "$module" -name '*.go' -print -quit)" ]; then (cd "$module" && go generate ./...); fi
done
