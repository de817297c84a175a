# PostgreSQL of one instance: data in $INSTANCE/postgres/data, log in $INSTANCE/log/postgres.log.
# shellcheck shell=bash

# postgres_program prints a program's path as the server's side knows it.
postgres_program() {
  if [ "$POSTGRES_FROM" = host ]; then echo "$(postgres_bin)/$1"; else echo "/usr/lib/postgresql/17/bin/$1"; fi
}

postgres_pid() {
  local pid
  pid=$(first_line "$INSTANCE/postgres/data/postmaster.pid")
  if runs "$pid" postgres; then echo "$pid"; fi
}

# make_cluster makes an empty cluster whose superuser logs in by password, over loopback alone.
make_cluster() {
  local dir=$INSTANCE/postgres log=$INSTANCE/log/initdb.log here
  [ ! -s "$dir/data/PG_VERSION" ] || return 0
  need_mb "$INSTANCE" 200 'a new database'
  here=$(inside "$POSTGRES_FROM" "$dir")
  rm -rf "$dir" && server_dir "$dir"
  (umask 077 && secret postgres >"$dir/password") || die "cannot write $dir/password: make room on its disk"
  if is_root; then chown "$SERVER_UID" "$dir/password"; fi
  # The version's file is written first and the folder renamed last: a cluster that is there is whole.
  if ! server "$POSTGRES_FROM" "$dir" "$(postgres_program initdb)" -D "$here/new" -U postgres --pwfile="$here/password" \
    --auth=scram-sha-256 -E UTF8 --locale-provider=builtin --locale=C.UTF-8 --no-instructions ${THROW_AWAY:+--no-sync} \
    ${THROW_AWAY:+-c scram_iterations=1} >"$log" 2>&1 </dev/null; then
    rm -rf "$dir"
    die "the database could not be made: $(explain "$log")"
  fi
  rm -f "$dir/password"
  mv "$dir/new" "$dir/data"
}

# postgres_settings prints what a server is started with. A throw-away one may lose everything in a crash. POSTGRES_MORE
# has settings of a script's own.
postgres_settings() {
  printf '%s\n' "port=$TERCUL_POSTGRES_PORT" listen_addresses=127.0.0.1 unix_socket_directories= timezone=UTC \
    jit=off random_page_cost=1.1 shared_buffers=256MB max_wal_size=2GB 'log_line_prefix=%m [%p] %q%u@%d '
  if [ -n "${THROW_AWAY:-}" ]; then
    printf '%s\n' fsync=off synchronous_commit=off full_page_writes=off max_connections=300 scram_iterations=1 \
      max_locks_per_transaction=256
  else
    printf '%s\n' synchronous_commit=off log_min_duration_statement=500ms
  fi
  # Of settings given twice the last one counts.
  # shellcheck disable=SC2086 # they hold no blanks
  [ -z "${POSTGRES_MORE:-}" ] || printf '%s\n' $POSTGRES_MORE
}

# start_postgres starts the server unless it runs, and waits until it answers.
start_postgres() {
  local dir=$INSTANCE/postgres log=$INSTANCE/log/postgres.log port=$INSTANCE/run/postgres.port here line settings=() ARGV
  if [ -n "$(postgres_pid)" ]; then
    [ "$(first_line "$port")" != "$TERCUL_POSTGRES_PORT" ] || return 0
    stop_postgres
  fi
  want_port 127.0.0.1 "$TERCUL_POSTGRES_PORT" "${POSTGRES_PORT_VARIABLE:-TERCUL_POSTGRES_PORT}"
  make_cluster
  step "starting Postgres on 127.0.0.1:$TERCUL_POSTGRES_PORT"
  echo "$TERCUL_POSTGRES_PORT" >"$port"
  here=$(inside "$POSTGRES_FROM" "$dir")
  while IFS= read -r line; do settings+=(-c "$line"); done < <(postgres_settings)
  server_argv "$POSTGRES_FROM" "$dir" "$(postgres_program postgres)" -D "$here/data" "${settings[@]}"
  detach "$log" "${ARGV[@]}"
  WATCH=$DETACHED wait_for 60 postgres_answers || die "Postgres did not start: $(explain "$log" "$LOG_FROM")"
}

postgres_answers() {
  listens 127.0.0.1 "$TERCUL_POSTGRES_PORT" && psql_as postgres postgres -c 'SELECT 1' >/dev/null 2>&1 </dev/null
}

# psql_as ROLE DATABASE ARGS... runs psql with that role's password, in the server's own surroundings.
psql_as() {
  local role=$1 database=$2
  shift 2
  if [ "$POSTGRES_FROM" = compose ]; then
    PGPASSWORD=$(secret "$role") compose exec -T -e PGPASSWORD postgres psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U "$role" -d "$database" "$@"
    return
  fi
  PGPASSWORD=$(secret "$role") PGCONNECT_TIMEOUT=5 server "$POSTGRES_FROM" "$INSTANCE/postgres" "$(postgres_program psql)" \
    -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$TERCUL_POSTGRES_PORT" -U "$role" -d "$database" "$@"
}

stop_postgres() {
  local pid
  pid=$(postgres_pid)
  [ -n "$pid" ] || return 0
  if [ -n "${THROW_AWAY:-}" ]; then stop_process "$pid" 10 QUIT KILL; else stop_process "$pid" 20 INT QUIT KILL; fi ||
    die "Postgres (process $pid) does not stop: see $INSTANCE/log/postgres.log"
}
