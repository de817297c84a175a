# A streaming standby: an instance of its own, whose cluster is a copy of another instance's. Where functions of
# postgres.sh are called, INSTANCE and TERCUL_POSTGRES_PORT are the standby's.
# shellcheck shell=bash
# shellcheck disable=SC2031 # with_replica means its changes for its command alone

# follow PRIMARY PORT makes the cluster of this instance a standby of the one in PRIMARY, which listens on PORT.
follow() {
  local primary=$1 port=$2 dir=$INSTANCE/postgres log=$INSTANCE/log/basebackup.log here password
  [ ! -s "$dir/data/PG_VERSION" ] || return 0
  need_mb "$INSTANCE" 300 'a copy of the database'
  password=$(INSTANCE=$primary secret postgres) || exit
  (umask 077 && echo "$password" >"$INSTANCE/secrets/postgres") || die "cannot write $INSTANCE/secrets/postgres: make room on its disk"
  here=$(inside "$POSTGRES_FROM" "$dir")
  rm -rf "$dir" && server_dir "$dir"
  # Copied to another name and renamed when whole. -R makes it a standby that knows where its primary is.
  if ! PGPASSWORD=$password server "$POSTGRES_FROM" "$dir" "$(postgres_program pg_basebackup)" -h 127.0.0.1 -p "$port" -U postgres \
    -D "$here/new" -R -X stream -c fast ${THROW_AWAY:+--no-sync} >"$log" 2>&1 </dev/null; then
    rm -rf "$dir"
    die "the database could not be copied: $(explain "$log")"
  fi
  mv "$dir/new" "$dir/data"
}

# with_replica CMD... runs a command in the surroundings of the replica that `make up REPLICA=1` starts.
with_replica() {
  (
    # shellcheck disable=SC2030 # the replica's own
    INSTANCE=$INSTANCE/replica TERCUL_POSTGRES_PORT=$TERCUL_REPLICA_PORT
    POSTGRES_PORT_VARIABLE=TERCUL_REPLICA_PORT
    "$@"
  )
}

replica_pid() { with_replica postgres_pid; }

# start_replica starts a standby of our Postgres, unless it runs. One that was stopped is copied anew: the primary does
# not keep its log for it.
start_replica() {
  local primary=$INSTANCE port=$TERCUL_POSTGRES_PORT
  case $POSTGRES_FROM in
    host | root) ;;
    *) die "REPLICA=1 copies a Postgres of ours, and this one is '$POSTGRES_FROM': name standbys in TERCUL_DATABASE_REPLICA_URLS, or set TERCUL_SERVICES=root" ;;
  esac
  make_home "$INSTANCE/replica"
  if [ -n "$(replica_pid)" ] && [ "$(first_line "$INSTANCE/replica/run/primary.port")" = "$port" ]; then return; fi
  step "copying the database for a replica"
  with_replica stop_postgres
  rm -rf "$INSTANCE/replica/postgres"
  echo "$port" >"$INSTANCE/replica/run/primary.port"
  with_replica follow "$primary" "$port"
  with_replica start_postgres
}

# stop_replica stops the replica and deletes its copy.
stop_replica() {
  [ -d "$INSTANCE/replica" ] || return 0
  with_replica stop_postgres
  rm -rf "$INSTANCE/replica"
}

# wants_replica tells what `make up` was asked.
wants_replica() { [ "${REPLICA:-}" = 1 ]; }

# replica_settings gives the reader our replica, where it is wanted and no others are named.
replica_settings() {
  wants_replica || return 0
  give TERCUL_DATABASE_REPLICA_URLS "postgres://tercul_reader:$(secret tercul_reader)@127.0.0.1:$TERCUL_REPLICA_PORT/$DATABASE?sslmode=disable"
}
