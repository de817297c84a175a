# The private root: a folder with Debian's PostgreSQL, pgvector and Redis, extracted and not installed. It needs neither
# root nor a change of the machine: packages are downloaded, verified by Debian's keys, and unpacked; no script of theirs runs.
# shellcheck shell=bash

SUITE=trixie
PACKAGES=postgresql-17,postgresql-17-pgvector,redis-server,dash,util-linux
# Raised when the recipe changes, so that an older root is built anew.
ROOT_RECIPE=1
# Who the servers are inside the root; also the uid they drop to when root starts them.
SERVER_UID=59417

root_is_built() { [ "$(first_line "$TERCUL_ROOT/.recipe")" = "$ROOT_RECIPE" ]; }

# mirror finds Debian's archive among the machine's own apt sources. Nothing means: as mmdebstrap decides.
mirror() {
  if [ -n "${TERCUL_MIRROR:-}" ]; then
    echo "$TERCUL_MIRROR"
  elif have apt-get; then
    # shellcheck disable=SC2016 # apt's own placeholders
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
      awk '$3 == "main" && $2 ~ /^(bookworm|trixie|forky|duke|sid|stable|testing|unstable)$/ { print $1; exit }'
  fi
}

# apt_options hands on what the machine's apt is told about proxies and frozen or slow mirrors.
apt_options() {
  local name value
  have apt-config || return 0
  for name in Acquire::http::Proxy Acquire::https::Proxy Acquire::Check-Valid-Until Acquire::Check-Date Acquire::Retries; do
    eval "$(apt-config shell value $name)"
    [ -z "${value:-}" ] || printf '%s\n' "--aptopt=$name \"$value\""
    value=''
  done
}

# root_tools [extend] makes sure of mmdebstrap, where something is to be unpacked, and of bubblewrap; root may install them.
root_tools() {
  local missing=() names
  have mmdebstrap || { root_is_built && [ "${1:-}" != extend ]; } || missing+=(mmdebstrap)
  have bwrap || missing+=(bubblewrap)
  [ "${#missing[@]}" -gt 0 ] || return 0
  names=${missing[*]}
  have apt-get ||
    die "no PostgreSQL 17 with pgvector and Redis 7 here: install them, start Docker, or set TERCUL_DATABASE_URL and TERCUL_REDIS_URL"
  is_root || die "$names not found: ask an administrator for 'apt-get install $names', or set TERCUL_DATABASE_URL and TERCUL_REDIS_URL"
  step "installing $names"
  local log=$TERCUL_HOME/log/apt.log
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null ||
    die "apt-get could not install $names: $(explain_apt "$log")"
}

explain_apt() {
  if grep -qiE 'no space left|not enough free space' "$1"; then
    echo "the disk is full: make room, or set TERCUL_HOME to another disk"
  elif grep -qiE 'failed to fetch|could not resolve|could not connect|unable to connect|connection (refused|timed out|failed)|temporary failure|no route to host|unreachable' "$1"; then
    echo "no network to the Debian mirror${2:+ $2}: check the connection and apt's proxy, or set TERCUL_MIRROR to one that answers"
  elif grep -qiE 'NO_PUBKEY|not signed|invalid signature' "$1"; then
    echo "Debian's keys are missing or too old: install or update the package debian-archive-keyring"
  else
    explain "$1"
  fi
}

# build_root makes the private root beside its place and moves it there whole.
build_root() {
  local log=$TERCUL_HOME/log/root.log mirror options=() line work=$TERCUL_ROOT.new
  root_tools
  if root_is_built; then return; fi
  mkdir -p "$(dirname "$TERCUL_ROOT")"
  need_mb "$(dirname "$TERCUL_ROOT")" 800 'the private root'
  mirror=$(mirror)
  step "building the private root: Debian $SUITE with PostgreSQL 17, pgvector and Redis (about 15 s, once)"
  while IFS= read -r line; do options+=("$line"); done < <(apt_options)
  rm -rf "$work" "$work.tmp" "$TERCUL_ROOT" && mkdir -p "$work.tmp"
  if ! TMPDIR=$work.tmp mmdebstrap --mode=chrootless --variant=extract --include="$PACKAGES" \
    --aptopt='Acquire::http::Timeout "20"' --aptopt='Acquire::https::Timeout "20"' ${options[@]+"${options[@]}"} \
    "$SUITE" "$work" ${mirror:+"$mirror"} >"$log" 2>&1 </dev/null || ! finish_root "$work" >>"$log" 2>&1; then
    rm -rf "$work" "$work.tmp"
    die "the private root could not be built: $(explain_apt "$log" "$mirror")"
  fi
  rm -rf "$work.tmp"
  mv "$work" "$TERCUL_ROOT"
}

# finish_root does what the packages' scripts would have done of use here, and drops what servers never read.
finish_root() (
  cd "$1" || return
  rm -rf usr/share/doc usr/share/man usr/share/locale usr/share/perl* usr/lib/*/perl* usr/lib/llvm* usr/lib/*/libLLVM* \
    usr/lib/postgresql/17/lib/bitcode usr/lib/postgresql/17/lib/llvmjit*
  for link in bin sbin lib lib64; do
    [ -e "$link" ] || [ ! -d "usr/$link" ] || ln -s "usr/$link" "$link" || return
  done
  mkdir -p proc dev run srv tmp || return
  echo "postgres:x:$SERVER_UID:$SERVER_UID:Tercul's servers:/srv:/bin/sh" >etc/passwd || return
  echo "postgres:x:$SERVER_UID:" >etc/group || return
  chmod 755 . && echo "$ROOT_RECIPE" >.recipe
)

# What `make up EDGE=1` and the tests of the edge need besides. Varnish compiles its configuration, so a C compiler comes along.
EDGE_PACKAGES=varnish,varnish-modules,coreutils
EDGE_RECIPE=1

root_has_edge() { [ "$(first_line "$TERCUL_ROOT/.edge")" = "$EDGE_RECIPE" ]; }

# extend_root adds Varnish to the private root. Nothing that is there is changed: servers may be running out of it, and
# other clones may share it. Each file comes whole, as a link to one that was unpacked beside the root.
extend_root() {
  local log=$TERCUL_HOME/log/root-edge.log mirror options=() line work=$TERCUL_ROOT.edge
  root_has_edge && return
  build_root
  root_tools extend
  root_lock
  if root_has_edge; then root_unlock; return; fi
  need_mb "$(dirname "$TERCUL_ROOT")" 700 'Varnish in the private root'
  mirror=$(mirror)
  step "adding Varnish and its compiler to the private root (about 20 s, once)"
  while IFS= read -r line; do options+=("$line"); done < <(apt_options)
  rm -rf "$work" "$work.tmp" && mkdir -p "$work.tmp"
  if ! TMPDIR=$work.tmp mmdebstrap --mode=chrootless --variant=extract --include="$EDGE_PACKAGES" \
    --aptopt='Acquire::http::Timeout "20"' --aptopt='Acquire::https::Timeout "20"' ${options[@]+"${options[@]}"} \
    "$SUITE" "$work" ${mirror:+"$mirror"} >"$log" 2>&1 </dev/null || ! merge_edge "$work" >>"$log" 2>&1; then
    rm -rf "$work" "$work.tmp"
    die "Varnish could not be added to the private root: $(explain_apt "$log" "$mirror")"
  fi
  rm -rf "$work" "$work.tmp"
  root_unlock
}

# merge_edge drops what a server never reads, adds the rest to the root, and marks that last.
merge_edge() (
  cd "$1" || return
  rm -rf usr/share/{doc,man,locale,info,lintian,bug} usr/share/perl* usr/lib/systemd usr/lib/*/{systemd,perl*,gconv} usr/include/linux/usb \
    usr/libexec/gcc/*/*/lto1 usr/bin/*lto-dump* usr/lib/*/lib{asan,tsan,hwasan,lsan,ubsan}.* usr/lib/gcc/*/*/lib{asan,tsan,hwasan,lsan,ubsan}*
  find usr/lib -name '*.a' -size +200k ! -name 'libgcc*' -delete
  cp -aln usr/. "$TERCUL_ROOT/usr/" && mkdir -p "$TERCUL_ROOT/etc/varnish" && echo "$EDGE_RECIPE" >"$TERCUL_ROOT/.edge"
)

# root_lock keeps others who share the root from adding to it at the same time.
root_lock() {
  have flock || return 0
  exec 8>"$TERCUL_ROOT.lock"
  flock -w 600 8 || die "another command has held $TERCUL_ROOT.lock for 10 minutes: end it and try again"
}

root_unlock() { exec 8>&-; }
