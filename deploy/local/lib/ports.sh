# Ports of the loopback interface.
# shellcheck shell=bash

# listens tells whether something answers at HOST PORT.
listens() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# port_owner names who listens, where the machine can tell.
port_owner() {
  local who=''
  if have ss; then
    who=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1, process \2/p' | head -n 1)
  elif have lsof; then
    who=$(lsof -nP -iTCP:"$1" -sTCP:LISTEN 2>/dev/null | awk 'NR == 2 { print $1 ", process " $2 }')
  fi
  printf '%s' "${who:+ by $who}"
}

# want_port stops when a port is taken, and names the variable that moves us to another.
want_port() {
  local host=$1 port=$2 variable=$3
  case $port in
    '' | *[!0-9]*) die "$variable does not end in a port number: set it to something like ${4:-17432}" ;;
  esac
  [ "$port" -ge 1 ] && [ "$port" -le 65535 ] || die "$variable has no port from 1 to 65535: set it to something like ${4:-17432}"
  ! listens "$host" "$port" ||
    die "port $port is taken$(port_owner "$port"): stop it, or set $variable to a free ${4:+address like }${4:-port}"
}

# free_port finds a port that nothing listens on, among those that the kernel gives to no outgoing connection.
free_port() {
  local port tries
  for tries in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    port=$((20000 + (RANDOM + tries) % 12000))
    if ! listens 127.0.0.1 "$port"; then
      echo "$port"
      return
    fi
  done
  die "found no free port between 20000 and 32000: stop some servers"
}

address_host() {
  local host=${1%:*}
  case $host in '' | 0.0.0.0 | '[::]') host=127.0.0.1 ;; esac
  echo "$host" | tr -d '[]'
}
address_port() { echo "${1##*:}"; }
