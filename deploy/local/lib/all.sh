# Everything, in one line for the scripts beside this folder.
# shellcheck shell=bash
set -euo pipefail
LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$LIB/common.sh"
. "$LIB/ports.sh"
. "$LIB/process.sh"
. "$LIB/sandbox.sh"
. "$LIB/root.sh"
. "$LIB/provider.sh"
. "$LIB/compose.sh"
. "$LIB/postgres.sh"
. "$LIB/standby.sh"
. "$LIB/redis.sh"
. "$LIB/varnish.sh"
. "$LIB/bootstrap.sh"
. "$LIB/services.sh"
