#!/usr/bin/env bash
# Lints: formatting and golangci-lint on Go (which includes go vet), shellcheck on the scripts where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t modules < <(go list -m -f '{{.Dir}}')
unformatted=$(gofmt -l "${modules[@]}")
if [ -n "$unformatted" ]; then
  printf 'not formatted, run make fmt:\n%s\n' "$unformatted"
  exit 1
fi

linter=$(scripts/tool.sh golangci-lint)
packages=()
for module in "${modules[@]}"; do
  if [ -n "$(find "$module" -name '*.go' -print -quit)" ]; then packages+=("./${module#"$PWD"/}/..."); fi
done
"$linter" run "$@" "${packages[@]}"

if command -v shellcheck >/dev/null; then
  # Without an extension: the commands of deploy/local and .ci/run, known by their first line.
  mapfile -t scripts < <(git ls-files -co --exclude-standard -- deploy scripts .ci | xargs grep -lE '^(#!.*(ba)?sh|# shellcheck shell=)' --)
  shellcheck "${scripts[@]}"
else
  echo 'shellcheck is not installed: the scripts were not checked'
fi
