#!/usr/bin/env bash
# Tests, or with `bench` measures, the edge with a real Varnish: edge.sh [bench] [FLAGS...]. Adds Varnish to the private root
# where it is not there yet.
. "$(dirname "$0")/../deploy/local/lib/all.sh"

cd "$REPOSITORY"
INSTANCE=$TERCUL_HOME
make_home "$TERCUL_HOME"
lock
extend_root
sandbox_works
unlock

if [ "${1:-}" = bench ]; then
  shift
  exec deploy/local/with-services go test -tags varnish -trimpath -ldflags=-w -timeout=20m ./write/internal/app -run - -bench Edge -benchtime 1x "$@"
fi
deploy/local/with-services go test -tags varnish -trimpath -ldflags=-w -timeout=20m ./write/internal/edge/... "$@"
deploy/local/with-services go test -tags varnish -trimpath -ldflags=-w -timeout=20m ./write/internal/app -run Edge "$@"
