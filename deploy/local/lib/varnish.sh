# Varnish in front of the reader, where EDGE=1 asks for it. It always comes from the private root or from Docker: it has to
# have the xkey module.
# shellcheck shell=bash

TERCUL_VARNISH_ADDR=${TERCUL_VARNISH_ADDR:-127.0.0.1:8082}

# varnish_argv DIR LISTEN ORIGIN sets ARGV to a Varnish that runs in the foreground in front of ORIGIN, both host:port. The
# headers of an answer may hold 16 KB of tags, twice. What it purges by is in TERCUL_PURGE_KEY.
varnish_argv() {
  local dir=$1 listen=$2 origin=$3
  server_dir "$dir"
  { cp "$REPOSITORY/deploy/varnish/tercul.vcl" "$dir/" && varnish_site "$origin" >"$dir/site.vcl" && rm -rf "$dir/work"; } ||
    die "cannot write to $dir: make room on its disk"
  if is_root; then chown "$SERVER_UID:$SERVER_UID" "$dir"/*.vcl; fi
  server_argv root "$dir" /usr/sbin/varnishd -F -j none -n /srv/work -a "$listen" -T none -f /srv/site.vcl \
    -p vcl_path=/srv -p http_gzip_support=off -p http_req_hdr_len=16k -p http_resp_hdr_len=20k -p http_resp_size=64k \
    -p workspace_backend=160k -p workspace_client=160k \
    -p thread_pool_min=20 -p default_keep=0 -s "default,${TERCUL_VARNISH_MEMORY:-64m}"
}

# varnish_site ORIGIN prints the part of the configuration that is this machine's own.
varnish_site() {
  sed -e "s/@HOST@/$(address_host "$1")/" -e "s/@PORT@/$(address_port "$1")/" "$REPOSITORY/deploy/varnish/site.vcl.in"
}
