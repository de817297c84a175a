# How a server is run: out of the private root or from the machine, and never as root.
# shellcheck shell=bash

# server_argv FROM DIR CMD... sets ARGV to the command as it must be run, and SERVER_DIR to what DIR is called inside.
# From the private root, the command sees that root, its own folder at /srv, and nothing else of the machine.
server_argv() {
  local from=$1 dir=$2
  shift 2
  ARGV=("$@")
  if [ "$from" = host ]; then
    if is_root; then ARGV=(setpriv --reuid="$SERVER_UID" --regid="$SERVER_UID" --clear-groups ${DIE_WITH_PARENT:+--pdeathsig=KILL} "$@"); fi
    return
  fi
  # Root binds first and drops afterwards, inside: the folder may lie where nobody else can enter, as under /root.
  local who=(--unshare-user --uid "$SERVER_UID" --gid "$SERVER_UID")
  if is_root; then
    who=()
    ARGV=(setpriv --reuid="$SERVER_UID" --regid="$SERVER_UID" --clear-groups ${DIE_WITH_PARENT:+--pdeathsig=KILL} "$@")
  fi
  ARGV=(bwrap ${who[@]+"${who[@]}"} ${DIE_WITH_PARENT:+--die-with-parent} ${OWN_PIDS:+--unshare-pid}
    --ro-bind "$TERCUL_ROOT" / --bind "$dir" /srv --dev /dev --proc /proc
    --perms 1777 --tmpfs /tmp --perms 1777 --tmpfs /run --perms 1777 --tmpfs /dev/shm
    --unsetenv LD_LIBRARY_PATH --setenv PATH /usr/lib/postgresql/17/bin:/usr/bin:/usr/sbin
    --setenv HOME /srv --setenv LC_ALL C.UTF-8 --setenv TZ UTC --chdir /srv "${ARGV[@]}")
}

# inside FROM DIR is what the server calls its folder.
inside() { if [ "$1" = root ]; then echo /srv; else echo "$2"; fi; }

# server FROM DIR CMD... runs a command beside a server and waits for it.
server() {
  local ARGV
  server_argv "$@"
  "${ARGV[@]}"
}

# server_dir DIR makes a folder that the servers own.
server_dir() {
  { mkdir -p "$1" && chmod 700 "$1"; } || die "cannot make $1: make room on its disk, or set TERCUL_HOME to another folder"
  if is_root; then chown "$SERVER_UID:$SERVER_UID" "$1"; fi
}

# sandbox_works checks once that the kernel lets us use the root at all.
sandbox_works() {
  local log=$INSTANCE/log/sandbox.log
  if server root "$INSTANCE/run" sh -c : >"$log" 2>&1; then return; fi
  if is_root; then
    die "bubblewrap is not allowed here ($(tail -n 1 "$log")): run outside of this container, or set TERCUL_DATABASE_URL and TERCUL_REDIS_URL"
  fi
  die "this kernel gives users no namespaces ($(tail -n 1 "$log")): ask an administrator to allow them (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), run as root, or set TERCUL_DATABASE_URL and TERCUL_REDIS_URL"
}
