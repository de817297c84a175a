# The same two servers by Docker Compose, for machines where an engine answers.
# shellcheck shell=bash

# compose runs docker compose on this instance's own project.
compose() {
  local project
  project=tercul-$(printf '%s' "$INSTANCE" | cksum | cut -d ' ' -f 1)
  docker compose -p "$project" -f "$REPOSITORY/deploy/compose/compose.yaml" --env-file "$INSTANCE/secrets/compose.env" "$@"
}

# compose_settings writes what compose.yaml leaves open.
compose_settings() {
  local durable=on connections=100 password
  password=$(secret redis)
  if [ -n "${THROW_AWAY:-}" ]; then durable=off connections=300 password=''; fi
  (umask 077 && printf '%s\n' "POSTGRES_PASSWORD=$(secret postgres)" "REDIS_PASSWORD=$password" \
    "TERCUL_POSTGRES_PORT=$TERCUL_POSTGRES_PORT" "TERCUL_REDIS_PORT=$TERCUL_REDIS_PORT" \
    "TERCUL_DURABLE=$durable" "TERCUL_MAX_CONNECTIONS=$connections" >"$INSTANCE/secrets/compose.env") ||
    die "cannot write $INSTANCE/secrets/compose.env: make room on its disk"
}

# compose_start SERVICE PORT VARIABLE starts one service and waits until it is healthy.
compose_start() {
  local log=$INSTANCE/log/compose.log
  compose_settings
  if [ -z "$(compose_id "$1")" ]; then
    want_port 127.0.0.1 "$2" "$3"
    step "starting $1 on 127.0.0.1:$2 by Docker Compose"
  fi
  echo "$2" >"$INSTANCE/run/$1.port"
  compose up -d --wait --wait-timeout 180 "$1" >"$log" 2>&1 </dev/null || die "Docker Compose could not start $1: $(explain_compose "$log")"
}

compose_id() {
  [ -e "$INSTANCE/secrets/compose.env" ] || return 0
  compose ps -q --status running "$1" 2>/dev/null || true
}

# compose_stop ends both services; a throw-away instance's data goes with them.
compose_stop() {
  [ -e "$INSTANCE/secrets/compose.env" ] || return 0
  compose down ${THROW_AWAY:+--volumes} --timeout 20 >"$INSTANCE/log/compose.log" 2>&1 </dev/null ||
    die "Docker Compose could not stop: $(explain "$INSTANCE/log/compose.log")"
}

explain_compose() {
  if grep -qiE 'pull access|manifest|lookup|dial tcp|TLS handshake|i/o timeout' "$1"; then
    echo "the images could not be pulled: check the network, or set TERCUL_SERVICES=root to do without Docker"
  else
    explain "$1"
  fi
}
