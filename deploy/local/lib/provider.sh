# Where Postgres and Redis come from: given by URL, the machine's own programs, Docker, or the private root.
# shellcheck shell=bash

# postgres_bin prints the folder of a PostgreSQL 17 or newer with pgvector, if the machine has one.
postgres_bin() {
  local dir version
  for dir in "$(dirname "$(command -v postgres || echo /nowhere/x)")" /usr/lib/postgresql/17/bin /usr/lib/postgresql/18/bin \
    /usr/pgsql-17/bin /opt/homebrew/opt/postgresql@17/bin /usr/local/opt/postgresql@17/bin; do
    [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && [ -x "$dir/psql" ] && [ -x "$dir/pg_config" ] || continue
    version=$("$dir/postgres" --version 2>/dev/null | sed -n 's/^[^0-9]*\([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 17 ] && [ -e "$("$dir/pg_config" --sharedir)/extension/vector.control" ] || continue
    echo "$dir"
    return
  done
  return 1
}

# redis_bin prints the folder of a Redis 7 or newer, or of a Valkey under Redis's name.
redis_bin() {
  local file version
  file=$(command -v redis-server) && have redis-cli || return 1
  version=$("$file" --version 2>/dev/null | sed -n 's/.*v=\([0-9]*\).*/\1/p')
  [ "${version:-0}" -ge 7 ] && dirname "$file"
}

# host_may tells whether the machine's programs can be used: root's servers run as another user, who must reach the data.
host_may() {
  is_root || return 0
  have setpriv && setpriv --reuid="$SERVER_UID" --regid="$SERVER_UID" --clear-groups test -x "$INSTANCE/." 2>/dev/null
}

docker_answers() {
  have docker || return 1
  if have timeout; then timeout 5 docker info >/dev/null 2>&1; else docker info >/dev/null 2>&1; fi &&
    docker compose version >/dev/null 2>&1
}

# choose POSTGRES|REDIS sets FROM. The first choice is kept, so that data made by one way is not sought in another.
choose() {
  local kind=$1 kept=$INSTANCE/run/$1.from wish=${TERCUL_SERVICES:-auto}
  FROM=$(first_line "$kept")
  if [ "$wish" != auto ]; then
    [ -z "$FROM" ] || [ "$FROM" = "$wish" ] || die "the data here was made by '$FROM' and TERCUL_SERVICES is '$wish': unset it, or 'make clean' first"
    FROM=$wish
  elif [ -z "$FROM" ]; then
    if host_may && "${kind}_bin" >/dev/null; then FROM=host; elif docker_answers; then FROM=compose; else FROM=root; fi
  fi
  case $FROM in
    host) host_may && "${kind}_bin" >/dev/null || die "no $kind of the machine can be used here: unset TERCUL_SERVICES, or 'make clean' first" ;;
    compose) docker_answers || die "no Docker engine with compose answers: start it, or 'make clean' to do without" ;;
    root) ;;
    *) die "TERCUL_SERVICES is '$FROM': it must be auto, host, compose or root" ;;
  esac
  { echo "$FROM" >"$kept"; } 2>/dev/null || die "cannot write $kept: make room on its disk, or set TERCUL_HOME to another folder"
}

# choose_all sets POSTGRES_FROM and REDIS_FROM and builds the root where one of them needs it. TERCUL_REDIS_URL=none is
# the smallest installation: no Redis at all.
choose_all() {
  forget_own_urls
  check_urls
  if [ -n "${TERCUL_DATABASE_URL:-}" ]; then POSTGRES_FROM=given; else choose postgres && POSTGRES_FROM=$FROM; fi
  if [ "${TERCUL_REDIS_URL:-}" = none ]; then REDIS_FROM=none; elif [ -n "${TERCUL_REDIS_URL:-}" ]; then REDIS_FROM=given; else choose redis && REDIS_FROM=$FROM; fi
  keep_choice
  case $POSTGRES_FROM$REDIS_FROM in
    *root*) build_root && sandbox_works ;;
  esac
}

# check_urls finds what is no URL at all before minutes are spent on building.
check_urls() {
  case ${TERCUL_DATABASE_URL:-postgres://} in
    postgres://* | postgresql://*) ;;
    *) die "TERCUL_DATABASE_URL is no URL of a Postgres: set it to something like postgres://user:password@127.0.0.1:5432/tercul, or unset it" ;;
  esac
  case ${TERCUL_REDIS_URL:-none} in
    none | redis://* | rediss://* | unix://*) ;;
    *) die "TERCUL_REDIS_URL is no URL of a Redis: set it to something like redis://127.0.0.1:6379/0, to none, or unset it" ;;
  esac
}

# forget_own_urls unsets URLs that `make env` gave this shell: they name servers of ours, not somebody else's.
forget_own_urls() {
  local file password
  for file in "$INSTANCE"/secrets/{tercul_migrator,tercul_writer,tercul_reader,redis}; do
    password=$(first_line "$file")
    [ -n "$password" ] || continue
    case ${TERCUL_DATABASE_URL:-} in *":$password@127.0.0.1:"*) unset TERCUL_DATABASE_URL ;; esac
    case ${TERCUL_REDIS_URL:-} in *":$password@127.0.0.1:"*) unset TERCUL_REDIS_URL ;; esac
  done
}

# keep_choice notes where both are from and the URLs that were given, for commands in other shells.
keep_choice() {
  (
    exec 2>/dev/null
    umask 077
    echo "$POSTGRES_FROM" >"$INSTANCE/run/postgres.now" && echo "$REDIS_FROM" >"$INSTANCE/run/redis.now" &&
      echo "${TERCUL_DATABASE_URL:-}" >"$INSTANCE/secrets/postgres.given" && echo "${TERCUL_REDIS_URL:-}" >"$INSTANCE/secrets/redis.given"
  ) || die "cannot write to $INSTANCE: make room on its disk, or set TERCUL_HOME to another folder"
}

# last_choice takes up what keep_choice noted, whatever this shell's own variables say.
last_choice() {
  POSTGRES_FROM=$(first_line "$INSTANCE/run/postgres.now")
  REDIS_FROM=$(first_line "$INSTANCE/run/redis.now")
  [ -n "$POSTGRES_FROM" ] || die "nothing was started here: run 'make up' first"
  TERCUL_DATABASE_URL=$(first_line "$INSTANCE/secrets/postgres.given")
  TERCUL_REDIS_URL=$(first_line "$INSTANCE/secrets/redis.given")
}
