#!/usr/bin/env bash
# Checks what a build of the workspace hides: generated code is current, every module's requirements are complete and
# tidy, and each builds and vets alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# state is a number for what the work tree holds, also of files that git does not know yet.
state() { { git diff HEAD && git ls-files -o --exclude-standard -z | xargs -0 -r cksum; } | cksum; }

fail() {
  echo "check: $*" >&2
  exit 1
}

before=$(state)
scripts/generate.sh
[ "$before" = "$(state)" ] || fail "generated code was not current: make generate has changed $(git status --short | wc -l) files, commit them"

mapfile -t modules < <(go list -m -f '{{.Dir}}')
for module in "${modules[@]}"; do
  (
    cd "$module"
    export GOWORK=off
    go mod tidy -diff || fail "$module/go.mod is not tidy: run make tidy"
    go mod verify >/dev/null || fail "$module: a downloaded module was changed"
    if [ -n "$(find . -name '*.go' -print -quit)" ]; then
      go build ./... || fail "$module does not build alone"
      go vet ./... || fail "$module does not pass go vet alone"
    fi
  )
  echo "  $(basename "$module"): tidy, builds and vets alone"
done
