#!/usr/bin/env bash
# Runs the reader beside the local servers and rebuilds it whenever a source changes. A reader that `make up` has
# started gives way; `make up` starts it again.
set -euo pipefail
cd "$(dirname "$0")/.."

air=$(scripts/tool.sh air)
deploy/local/up --servers
deploy/local/down reader
settings=$(deploy/local/env reader)
eval "$settings"
export TERCUL_DOCUMENTS=${TERCUL_DOCUMENTS:-any}
echo "  reader on http://$TERCUL_READ_ADDR, any document allowed; Ctrl-C ends it, and make up runs it in the background again"
exec "$air" -c .air.toml
