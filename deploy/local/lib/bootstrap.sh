# The database and its three login roles, and the URLs by which everything connects.
# shellcheck shell=bash

DATABASE=tercul

# bootstrap makes the roles and the database. It can be run again, also after a password file was lost.
bootstrap() {
  [ "$POSTGRES_FROM" != given ] || return 0
  local log=$INSTANCE/log/bootstrap.log role
  for role in migrator writer reader; do secret "tercul_$role" >/dev/null; done
  { roles_sql | psql_as postgres postgres -f - && extensions_sql | psql_as postgres "$DATABASE" -f -; } >"$log" 2>&1 ||
    die "the database could not be prepared: $(explain "$log")"
}

roles_sql() {
  local role
  echo 'SET client_min_messages = warning;'
  for role in migrator writer reader; do
    echo "SELECT 'CREATE ROLE tercul_$role' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tercul_$role') \\gexec"
    echo "ALTER ROLE tercul_$role LOGIN PASSWORD '$(secret "tercul_$role")';"
  done
  # The migrations set the other two roles' timeouts, and act for them in tests.
  echo 'ALTER ROLE tercul_migrator CREATEROLE;'
  echo 'GRANT tercul_writer, tercul_reader TO tercul_migrator WITH ADMIN OPTION;'
  echo "SELECT 'CREATE DATABASE $DATABASE OWNER tercul_migrator' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$DATABASE') \\gexec"
  echo "REVOKE CONNECT, TEMPORARY ON DATABASE $DATABASE FROM PUBLIC;"
  echo "GRANT CONNECT ON DATABASE $DATABASE TO tercul_writer, tercul_reader;"
}

# Only a superuser may create vector; the other extensions are trusted to the database's owner.
extensions_sql() {
  echo 'SET client_min_messages = warning;'
  echo 'CREATE EXTENSION IF NOT EXISTS vector;'
}

# database_url ROLE prints the URL of the library for one role; a given URL serves all three.
database_url() {
  if [ "$POSTGRES_FROM" = given ]; then
    echo "$TERCUL_DATABASE_URL"
  else
    echo "postgres://tercul_$1:$(secret "tercul_$1")@127.0.0.1:$TERCUL_POSTGRES_PORT/$DATABASE?sslmode=disable"
  fi
}

# redis_url prints nothing where Tercul is to run without Redis.
redis_url() {
  case $REDIS_FROM in
    none) ;;
    given) echo "$TERCUL_REDIS_URL" ;;
    *) echo "redis://:$(secret redis)@127.0.0.1:$TERCUL_REDIS_PORT/0" ;;
  esac
}

# running_settings takes the ports and addresses of what was started last, whatever this shell's own variables say.
running_settings() {
  local value
  value=$(first_line "$INSTANCE/run/postgres.port") && TERCUL_POSTGRES_PORT=${value:-$TERCUL_POSTGRES_PORT}
  value=$(first_line "$INSTANCE/replica/run/postgres.port") && TERCUL_REPLICA_PORT=${value:-$TERCUL_REPLICA_PORT}
  value=$(first_line "$INSTANCE/run/redis.port") && TERCUL_REDIS_PORT=${value:-$TERCUL_REDIS_PORT}
  value=$(first_line "$INSTANCE/run/reader.addr") && TERCUL_READ_ADDR=${value:-$TERCUL_READ_ADDR}
  value=$(first_line "$INSTANCE/run/writer.addr") && TERCUL_WRITE_ADDR=${value:-$TERCUL_WRITE_ADDR}
}

# start_servers starts what was not given.
start_servers() {
  choose_all
  case $POSTGRES_FROM in
    given) ;;
    compose) compose_start postgres "$TERCUL_POSTGRES_PORT" TERCUL_POSTGRES_PORT ;;
    *) start_postgres ;;
  esac
  case $REDIS_FROM in
    given | none) ;;
    compose) compose_start redis "$TERCUL_REDIS_PORT" TERCUL_REDIS_PORT ;;
    *) start_redis ;;
  esac
}

# stop_servers stops whatever runs, however it was started.
stop_servers() {
  stop_replica
  stop_redis
  stop_postgres
  compose_stop
}
