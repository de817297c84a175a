# Paths, messages and small helpers, for every script of this folder.
# shellcheck shell=bash

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
TERCUL_HOME=${TERCUL_HOME:-$REPOSITORY/.tercul}
case $TERCUL_HOME in /*) ;; *) TERCUL_HOME=$PWD/$TERCUL_HOME ;; esac
TERCUL_HOME=${TERCUL_HOME%/}
TERCUL_ROOT=${TERCUL_ROOT:-$TERCUL_HOME/root}
case $TERCUL_ROOT in /*) ;; *) TERCUL_ROOT=$PWD/$TERCUL_ROOT ;; esac
TERCUL_ROOT=${TERCUL_ROOT%/}
export TERCUL_HOME TERCUL_ROOT

# Outside the range from which the kernel takes ports for outgoing connections.
TERCUL_POSTGRES_PORT=${TERCUL_POSTGRES_PORT:-17432}
TERCUL_REDIS_PORT=${TERCUL_REDIS_PORT:-17379}
TERCUL_REPLICA_PORT=${TERCUL_REPLICA_PORT:-17433}
TERCUL_READ_ADDR=${TERCUL_READ_ADDR:-127.0.0.1:8080}
TERCUL_WRITE_ADDR=${TERCUL_WRITE_ADDR:-127.0.0.1:8081}

# MARK tells a folder of ours from one that somebody named by mistake: only a marked one is ever deleted from.
MARK=.made-by-tercul

say() { printf '%s\n' "$*" >&2; }

# step says what is being done, without a line end where a person watches.
step() { printf '  %s\n' "$*" >&2; }

# die says the cause and the remedy in one line and stops.
die() {
  printf 'tercul: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# The settings of somebody's own psql are not ours.
unset PGOPTIONS PGSERVICE PGSSLMODE PGHOST PGPORT PGUSER PGDATABASE PGDATA

# make_home makes a folder for what these scripts keep. Others may pass through it and list nothing: servers started by
# root run as another user. What is secret lies in folders of their own.
make_home() {
  local dir=$1
  if [ -d "$dir" ] && [ ! -e "$dir/$MARK" ] && [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then
    die "$dir holds files that are not Tercul's: set TERCUL_HOME to an empty or a new folder"
  fi
  mkdir -p "$dir" 2>/dev/null || die "cannot make $dir: set TERCUL_HOME to a folder that you may write to"
  if ! : >>"$dir/$MARK"; then
    die "cannot write to $dir ($(owner_or_full "$dir")): make room there, or set TERCUL_HOME to another folder"
  fi 2>/dev/null
  chmod 711 "$dir"
  (umask 077 && mkdir -p "$dir/log" "$dir/run" "$dir/secrets") ||
    die "cannot make folders in $dir: make room on its disk, or set TERCUL_HOME to another folder"
}

# lock lets one of these scripts at a time change a home; the others wait.
lock() {
  have flock || return 0
  exec 9>"$TERCUL_HOME/run/lock"
  flock -n 9 && return
  step "waiting for another of these commands on $TERCUL_HOME"
  flock -w 600 9 || die "another command has held $TERCUL_HOME/run/lock for 10 minutes: end it and try again"
}

unlock() { exec 9>&-; }

owner_or_full() {
  if [ -O "$1" ]; then echo "the disk may be full: $(free_mb "$1") MB free"; else echo "it belongs to another user"; fi
}

# free_mb tells the free space of a folder's disk.
free_mb() { df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }'; }

# need_mb stops where a disk has too little room for what comes next.
need_mb() {
  local dir=$1 need=$2 what=$3 free
  free=$(free_mb "$dir")
  [ "${free:-$need}" -ge "$need" ] ||
    die "the disk of $dir has $free MB free and $what needs $need MB: make room, or set TERCUL_HOME to another disk"
}

# explain LOG [FROM] turns the log of something that failed into one line: a known cause with its remedy, else its last
# error. FROM is the first line that counts, in a log that is added to.
explain() {
  local log=$1 recent line
  recent=$(tail -n "+${2:-1}" "$log" 2>/dev/null)
  if grep -qiE 'no space left on device|disk quota exceeded' <<<"$recent"; then
    echo "the disk of $(dirname "$log") is full: make room, or set TERCUL_HOME to another disk"
  elif grep -qi 'address already in use' <<<"$recent"; then
    echo "its port is taken: stop what listens there, or set TERCUL_POSTGRES_PORT, TERCUL_REDIS_PORT, TERCUL_READ_ADDR or TERCUL_WRITE_ADDR"
  else
    line=$(grep -iE '"(fatal|error)"|fatal:|panic:' <<<"$recent" | tail -n 1)
    [ -n "$line" ] || line=$(grep -iE 'error|cannot|could not|failed|refused' <<<"$recent" | tail -n 1)
    [ -n "$line" ] || line=$(grep -v '^[[:space:]]*$' <<<"$recent" | tail -n 1)
    line=${line#tercul: }
    echo "${line:0:300} (see $log)"
  fi
}

# random makes a password that needs no quoting anywhere.
random() { od -An -N18 -tx1 /dev/urandom | tr -d ' \n'; }

# secret prints a password, made once and kept from everybody else.
secret() {
  local file=$INSTANCE/secrets/$1
  if [ ! -s "$file" ]; then
    (umask 077 && mkdir -p "$INSTANCE/secrets" && random >"$file") ||
      die "cannot write $file: make room on its disk, or set TERCUL_HOME to another folder"
  fi
  cat "$file"
}

# key_file prints the name of a file with a key of 32 bytes as the writer takes it, made once. An earlier one is never
# made anew: what it protects would be lost.
key_file() {
  local file=$INSTANCE/secrets/$1
  if [ ! -s "$file" ]; then
    (umask 077 && mkdir -p "$INSTANCE/secrets" && echo "local:$(head -c 32 /dev/urandom | base64)" >"$file") ||
      die "cannot write $file: make room on its disk, or set TERCUL_HOME to another folder"
  fi
  echo "$file"
}

# wait_for SECONDS CMD... tries a command until it succeeds; false at the deadline, or once the process $WATCH has ended.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    [ -z "${WATCH:-}" ] || kill -0 "$WATCH" 2>/dev/null || return 1
    sleep 0.1
  done
}
