#!/usr/bin/env bash
# Prints the path of a pinned tool, and builds it first where it is missing: tool.sh golangci-lint
# Go's checksum database proves that a version is the one everybody else has. Each tool is a program of its own and not
# a requirement of a module, so that its hundred dependencies never move ours.
set -euo pipefail

case ${1:-} in
  golangci-lint) package=github.com/golangci/golangci-lint/v2/cmd/golangci-lint version=v2.15.0 ;;
  air) package=github.com/air-verse/air version=v1.67.4 ;;
  k6) package=go.k6.io/k6 version=v1.8.1 ;;
  *)
    echo "tool.sh: unknown tool '${1:-}': it knows golangci-lint, air and k6" >&2
    exit 1
    ;;
esac

home=${TERCUL_HOME:-$(cd "$(dirname "$0")/.." && pwd)/.tercul}
case $home in /*) ;; *) home=$PWD/$home ;; esac
folder=$home/tools/$1-$version-$(go env GOVERSION)
if [ ! -x "$folder/$1" ]; then
  echo "  building $1 $version (once)" >&2
  mkdir -p "$folder"
  touch "$home/.made-by-tercul"
  if ! log=$(GOWORK=off GOFLAGS='' GOBIN=$folder go install "$package@$version" 2>&1); then
    printf '%s\n' "$log" | grep -v '^go: downloading' | tail -n 5 >&2
    echo "tool.sh: $1 could not be built: check the connection to Go's module proxy and the room on the disk" >&2
    exit 1
  fi
fi
echo "$folder/$1"
