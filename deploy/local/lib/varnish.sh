# Varnish in front of the reader, where EDGE=1 asks for it. It always comes from the private root or from Docker: it has to
# have the xkey module.
# shellcheck shell=bash

TERCUL_VARNISH_ADDR=${TERCUL_VARNISH_ADDR:-127.0.0.1:8082}

# varnish_argv DIR LISTEN ORIGIN sets ARGV to a Varnish that runs in the foreground in front of ORIGIN, both host:port. The
# headers of an answer may hold 16 KB of tags, twice. What it purges by is in TERCUL_PURGE_KEY.
varnish_argv() {
  local dir=$1 listen=$2 origin=$3
  server_dir "$dir"
  { cp "$REPOSITORY/deploy/varnish/tercul.vcl" "$dir/" && varnish_site "$origin" >"$dir/site.vcl"; } ||
    die "cannot write to $dir: make room on its disk"
  if is_root; then chown "$SERVER_UID:$SERVER_UID" "$dir"/*.vcl; fi
  server_argv root "$dir" /usr/sbin/varnishd -F -j none -n /srv/work -P /srv/varnish.pid -a "$listen" -T none -f /srv/site.vcl \
    -p vcl_path=/srv -p http_gzip_support=off -p http_req_hdr_len=16k -p http_resp_hdr_len=20k -p http_resp_size=64k \
    -p workspace_backend=160k -p workspace_client=160k \
    -p thread_pool_min=20 -p default_keep=0 -s "default,${TERCUL_VARNISH_MEMORY:-64m}"
}

# varnish_site ORIGIN prints the part of the configuration that is this machine's own.
varnish_site() {
  sed -e "s/@HOST@/$(address_host "$1")/" -e "s/@PORT@/$(address_port "$1")/" "$REPOSITORY/deploy/varnish/site.vcl.in"
}

varnish_pid() {
  local pid
  pid=$(first_line "$INSTANCE/varnish/varnish.pid")
  if runs "$pid" varnishd; then echo "$pid"; fi
}

# start_varnish puts one in front of the reader, unless just that one runs. A change of the configuration or of an address
# starts it anew, and empties it.
start_varnish() {
  local log=$INSTANCE/log/varnish.log run=$INSTANCE/run/varnish is ARGV
  local -x TERCUL_PURGE_KEY # for Varnish alone: what is started next must not have it
  TERCUL_PURGE_KEY=$(secret varnish)
  varnish_argv "$INSTANCE/varnish" "$TERCUL_VARNISH_ADDR" "$TERCUL_READ_ADDR"
  is=$(printf '%s\n' "${ARGV[@]}" "$TERCUL_PURGE_KEY" | cat - "$INSTANCE"/varnish/*.vcl | cksum)
  if [ -n "$(varnish_pid)" ]; then
    if [ "$(first_line "$run.is")" = "$is" ]; then return; fi
    stop_varnish
  fi
  want_port "$(address_host "$TERCUL_VARNISH_ADDR")" "$(address_port "$TERCUL_VARNISH_ADDR")" TERCUL_VARNISH_ADDR 127.0.0.1:8092
  step "starting Varnish on $TERCUL_VARNISH_ADDR"
  rm -rf "$INSTANCE/varnish/work"
  detach "$log" "${ARGV[@]}"
  { echo "$is" >"$run.is" && echo "$TERCUL_VARNISH_ADDR" >"$run.addr"; } ||
    die "cannot write $run.is: make room on its disk"
  WATCH=$DETACHED wait_for 30 varnish_answers || die "Varnish did not start: $(explain "$log" "$LOG_FROM")"
}

varnish_answers() {
  listens "$(address_host "$TERCUL_VARNISH_ADDR")" "$(address_port "$TERCUL_VARNISH_ADDR")" && [ -n "$(varnish_pid)" ]
}

stop_varnish() {
  local pid
  pid=$(varnish_pid)
  [ -z "$pid" ] || stop_process "$pid" 10 TERM KILL || die "Varnish (process $pid) does not stop: see $INSTANCE/log/varnish.log"
  rm -f "$INSTANCE/run/varnish".{is,addr}
}

# edge_settings tells the writer which edge to purge, unless the environment has something else.
edge_settings() {
  [ -n "${EDGE:-}" ] || return 0
  give TERCUL_EDGE_VARNISH_URLS "http://$(address_host "$TERCUL_VARNISH_ADDR"):$(address_port "$TERCUL_VARNISH_ADDR")"
  give TERCUL_EDGE_VARNISH_KEY "$(secret varnish)"
}
