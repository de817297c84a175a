#!/usr/bin/env bash
# Runs tests beside servers of their own and sums up the coverage of each module: test.sh [PACKAGES] [FLAGS...]
set -euo pipefail
cd "$(dirname "$0")/.."

packages=${1:-work}
[ "$#" -eq 0 ] || shift
mkdir -p coverage
rm -f coverage/coverage.out

# What is covered is said once for all tests. Otherwise each package is built again for its own test, and with
# it whatever lies between it and the test: the writer's generated code would be built thirty times.
covered=$(go list work | grep -vE '/internal/(graph|model)$|/read/client$' | paste -sd, -)

# Built alike in every folder and without debug tables, what one checkout has built serves the next.
code=0
deploy/local/with-services go test -race -trimpath -ldflags=-w -timeout=15m -covermode=atomic -coverpkg="$covered" \
  -coverprofile="$PWD/coverage/coverage.out" "$packages" "$@" |
  sed -u 's/\tcoverage: .* of statements in .*//' || code=$?

if [ -s coverage/coverage.out ]; then scripts/coverage.sh coverage/coverage.out; fi
exit "$code"
