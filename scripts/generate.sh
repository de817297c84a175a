#!/usr/bin/env bash
# Makes all generated code anew, by the go:generate lines of every module.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t modules < <(go list -m -f '{{.Dir}}')
for module in "${modules[@]}"; do
  if [ -n "$(find "$module" -name '*.go' -print -quit)" ]; then (cd "$module" && go generate ./...); fi
done
