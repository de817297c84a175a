#!/usr/bin/env bash
# Does what a new user does, on free ports and in a folder of its own: up, the printed line, up again, down.
. "$(dirname "$0")/../deploy/local/lib/all.sh"

cd "$REPOSITORY"
make_home "$TERCUL_HOME"
unset TERCUL_DATABASE_URL TERCUL_REDIS_URL TERCUL_DOCUMENTS
folder=$(mktemp -d "${TMPDIR:-/tmp}/tercul-smoke.XXXXXX")
TERCUL_POSTGRES_PORT=$(free_port)
TERCUL_REDIS_PORT=$(free_port)
TERCUL_REPLICA_PORT=$(free_port)
TERCUL_READ_ADDR=127.0.0.1:$(free_port)
TERCUL_WRITE_ADDR=127.0.0.1:$(free_port)
export TERCUL_HOME=$folder/home TERCUL_ROOT TERCUL_POSTGRES_PORT TERCUL_REDIS_PORT TERCUL_REPLICA_PORT TERCUL_READ_ADDR TERCUL_WRITE_ADDR
chmod 711 "$folder"

finish() {
  local code=$?
  [ "$code" -eq 0 ] || tail -n 20 "$TERCUL_HOME"/log/*.log 2>/dev/null || true
  deploy/local/down || code=1
  INSTANCE=$TERCUL_HOME THROW_AWAY=1
  compose_stop || code=1
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

replica_answers() { curl -s "http://$TERCUL_READ_ADDR/readyz" | grep -q '"name":"replica-1","state":"up"'; }

deploy/local/up >"$folder/first"
# The pages are there: a line of the sample, asked for as the user is told to.
line=$(sed -n 's/^ *\(curl .*\)$/\1/p' "$folder/first")
[ -n "$line" ] || die "up printed no line to try"
answer=$(eval "$line") || die "the printed line fails: $line"
case $answer in
  '{"data":{'*) ;;
  *) die "the printed line is not answered with data: ${answer:0:300}" ;;
esac
deploy/local/status
# The role decides, also in a shell that has another role's settings already.
settings=$(eval "$(deploy/local/env reader)" && deploy/local/env writer)
case $settings in
  *://tercul_writer:*) ;;
  *) die "env prints another role's URL than the one it was asked for" ;;
esac

begun=$SECONDS
deploy/local/up >/dev/null
[ $((SECONDS - begun)) -lt 10 ] || die "a second up took $((SECONDS - begun)) s, which is to be less than 10"
took=$((SECONDS - begun))

# With a standby, which a container's Postgres cannot have.
case $(first_line "$TERCUL_HOME/run/postgres.now") in
  host | root)
    REPLICA=1 deploy/local/up >/dev/null
    wait_for 20 replica_answers || die "the reader does not ask the replica: see /readyz"
    ;;
esac
say "  up, answered ${#answer} bytes, up again in $took s"
