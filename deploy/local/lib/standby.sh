# A streaming standby: an instance of its own, whose cluster is a copy of another instance's. Where functions of
# postgres.sh are called, INSTANCE and TERCUL_POSTGRES_PORT are the standby's.
# shellcheck shell=bash

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
