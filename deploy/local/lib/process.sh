# Background processes: started with nothing of the caller's terminal, known by pid files.
# shellcheck shell=bash

# detach LOG CMD... starts a process in a session of its own and sets DETACHED to its id, LOG_FROM to its log's first
# line. It holds none of the caller's descriptors: `make up | cat` ends when make does, and a lock is not inherited.
detach() {
  local log=$1 fd
  shift
  rotate "$log"
  LOG_FROM=$(($(wc -l 2>/dev/null <"$log" || echo 0) + 1))
  (
    for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done
    exec </dev/null >>"$log" 2>&1
    if have setsid; then exec setsid "$@"; fi
    exec nohup "$@"
  ) &
  DETACHED=$!
}

# rotate keeps one older log once a log is larger than 20 MB.
rotate() {
  local size
  size=$(wc -c 2>/dev/null <"$1" || echo 0)
  [ "$size" -lt 20971520 ] || mv -f "$1" "$1.1"
}

# runs PID PATTERN tells whether a process lives and is the one that we mean: ids are used again.
runs() {
  local args
  [ -n "$1" ] || return 1
  if [ -r "/proc/$1/cmdline" ]; then
    args=$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline")
  else
    args=$(ps -o args= -p "$1" 2>/dev/null)
  fi
  case $args in *"$2"*) return 0 ;; *) return 1 ;; esac
}

# first_line of a file that may not be there.
first_line() { head -n 1 "$1" 2>/dev/null || true; }

gone() { ! kill -0 "$1" 2>/dev/null; }

# stop PID SECONDS SIGNAL... sends the signals in turn, each with time to end.
stop_process() {
  local pid=$1 wait=$2 signal
  shift 2
  for signal in "$@"; do
    kill -s "$signal" "$pid" 2>/dev/null || return 0
    if WATCH='' wait_for "$wait" gone "$pid"; then return 0; fi
  done
  return 1
}
