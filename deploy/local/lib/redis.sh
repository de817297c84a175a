# Redis of one instance: a cache and a bus, nothing in it outlives a stop.
# shellcheck shell=bash

redis_program() {
  if [ "$REDIS_FROM" = host ]; then echo "$(redis_bin)/$1"; else echo "/usr/bin/$1"; fi
}

redis_pid() {
  local pid
  pid=$(first_line "$INSTANCE/redis/redis.pid")
  if runs "$pid" redis; then echo "$pid"; fi
}

# redis_settings prints the configuration. Only keys with an expiry are evicted: the tags' versions have none.
redis_settings() {
  printf '%s\n' "port $TERCUL_REDIS_PORT" 'bind 127.0.0.1' 'save ""' 'appendonly no' "dir \"$1\"" "pidfile \"$1/redis.pid\"" \
    'maxmemory 256mb' 'maxmemory-policy volatile-lru' 'databases 64'
  # The tests' clients are given no password, and their server lives for minutes.
  [ -n "${THROW_AWAY:-}" ] || echo "requirepass $(secret redis)"
}

start_redis() {
  local dir=$INSTANCE/redis log=$INSTANCE/log/redis.log port=$INSTANCE/run/redis.port here ARGV
  if [ -n "$(redis_pid)" ]; then
    [ "$(first_line "$port")" != "$TERCUL_REDIS_PORT" ] || return 0
    stop_redis
  fi
  want_port 127.0.0.1 "$TERCUL_REDIS_PORT" TERCUL_REDIS_PORT
  step "starting Redis on 127.0.0.1:$TERCUL_REDIS_PORT"
  echo "$TERCUL_REDIS_PORT" >"$port"
  here=$(inside "$REDIS_FROM" "$dir")
  server_dir "$dir"
  (umask 077 && redis_settings "$here" >"$dir/redis.conf") || die "cannot write $dir/redis.conf: make room on its disk"
  if is_root; then chown "$SERVER_UID" "$dir/redis.conf"; fi
  server_argv "$REDIS_FROM" "$dir" "$(redis_program redis-server)" "$here/redis.conf"
  detach "$log" "${ARGV[@]}"
  WATCH=$DETACHED wait_for 20 redis_answers || die "Redis did not start: $(explain "$log" "$LOG_FROM")"
}

redis_answers() {
  listens 127.0.0.1 "$TERCUL_REDIS_PORT" && [ "$(redis_say ping 2>/dev/null)" = PONG ] && [ -n "$(redis_pid)" ]
}

# redis_say ARGS... is redis-cli with the password, which a command line would show to everybody.
redis_say() {
  local password=''
  [ -n "${THROW_AWAY:-}" ] || password=$(secret redis)
  REDISCLI_AUTH=$password server "$REDIS_FROM" "$INSTANCE/redis" "$(redis_program redis-cli)" -h 127.0.0.1 -p "$TERCUL_REDIS_PORT" "$@"
}

stop_redis() {
  local pid
  pid=$(redis_pid)
  [ -n "$pid" ] || return 0
  stop_process "$pid" 10 TERM KILL || die "Redis (process $pid) does not stop: see $INSTANCE/log/redis.log"
}
