# Tercul's own programs: built, started in the background, known by pid files, waited for.
# shellcheck shell=bash

# go_ready stops where Go is missing or too old.
go_ready() {
  local version
  have go || die "Go is not installed or not on PATH: install Go 1.26 or newer"
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null)
  case ${version#go} in
    1.[0-9] | 1.[0-9].* | 1.1[0-9]* | 1.2[0-5] | 1.2[0-5].*)
      [ "$(go env GOTOOLCHAIN)" != local ] || die "Go ${version#go} is too old: install Go 1.26 or newer" ;;
  esac
}

build_programs() {
  go_ready
  local how=''
  [ -x "$REPOSITORY/bin/reader" ] || how=' (a minute or two, once)'
  step "building bin/reader, bin/writer and bin/tercul$how"
  mkdir -p "$REPOSITORY/bin"
  local log=$TERCUL_HOME/log/build.log
  (cd "$REPOSITORY" && go build -o bin/ ./read/cmd/reader ./write/cmd/writer ./write/cmd/tercul) >"$log" 2>&1 && return
  die "the programs could not be built: $(explain_build "$log")"
}

explain_build() {
  if grep -qiE 'dial tcp|no such host|i/o timeout|TLS handshake|connection refused' "$1"; then
    echo "no network to Go's module proxy: check the connection and GOPROXY"
  elif grep -qi 'no space left' "$1"; then
    echo "the disk is full: make room there, or set GOCACHE and TMPDIR to another disk"
  else
    cat "$1" >&2
    echo "see the errors above"
  fi
}

# migrate brings the schema up to date and fills an empty library with the sample.
migrate() {
  local log=$TERCUL_HOME/log/migrate.log url
  url=$(database_url migrator)
  step "migrating the database"
  TERCUL_DATABASE_URL=$url "$REPOSITORY/bin/tercul" migrate up >"$log" 2>&1 </dev/null ||
    die "the database could not be migrated: $(explain "$log")"
  step "loading the sample library, if the database is empty"
  log=$TERCUL_HOME/log/import.log
  TERCUL_DATABASE_URL=$url "$REPOSITORY/bin/tercul" import --sample --if-empty >"$log" 2>&1 </dev/null ||
    die "the sample library could not be loaded: $(explain "$log")"
}

service_pid() {
  local pid
  pid=$(first_line "$TERCUL_HOME/run/$1.pid")
  if runs "$pid" "bin/$1"; then echo "$pid"; fi
}

# identity changes with the program and with its settings, those that its --help names: a service is started anew when
# either did.
identity() {
  local names
  # shellcheck disable=SC2016 # the backquotes are those of the table
  names=$("$REPOSITORY/bin/$1" --help | sed -n 's/^| `\([A-Z0-9_]*\)`.*/\1/p' | paste -sd '|')
  { cksum <"$REPOSITORY/bin/$1"; env | grep -E "^($names|OTEL_[A-Z0-9_]*)=" | sort; } | cksum
}

# check_address NAME ADDRESS VARIABLE finds a taken port before minutes are spent on building.
check_address() {
  case $2 in *:*) ;; *) die "$3 is '$2', which is no address with a port: set it to something like 127.0.0.1:8090" ;; esac
  if [ -n "$(service_pid "$1")" ] && [ "$(first_line "$TERCUL_HOME/run/$1.addr")" = "$2" ]; then return; fi
  want_port "$(address_host "$2")" "$(address_port "$2")" "$3" 127.0.0.1:8090
}

# start_service NAME ADDRESS VARIABLE starts one of our services, unless just this one runs, and waits until it is ready.
# Its settings are in the environment.
start_service() {
  local name=$1 address=$2 variable=$3 log=$TERCUL_HOME/log/$1.log run=$TERCUL_HOME/run/$1 is
  is=$(identity "$name")
  if [ -n "$(service_pid "$name")" ]; then
    if [ "$(first_line "$run.is")" = "$is" ] && is_ready "$address"; then return; fi
    stop_service "$name"
  fi
  want_port "$(address_host "$address")" "$(address_port "$address")" "$variable" 127.0.0.1:8090
  step "starting the $name on $address"
  detach "$log" "$REPOSITORY/bin/$name"
  { echo "$DETACHED" >"$run.pid" && echo "$is" >"$run.is" && echo "$address" >"$run.addr"; } ||
    die "cannot write $run.pid: make room on its disk"
  WATCH=$DETACHED wait_for 60 is_ready "$address" ||
    die "the $name is not ready at http://$address/readyz: $(explain "$log" "$LOG_FROM")"
}

stop_service() {
  local pid
  pid=$(service_pid "$1")
  [ -z "$pid" ] || stop_process "$pid" 30 TERM KILL || die "the $1 (process $pid) does not stop: see $TERCUL_HOME/log/$1.log"
  rm -f "$TERCUL_HOME/run/$1".{pid,is,addr}
}

# is_ready ADDRESS asks /readyz without needing any other tool.
is_ready() {
  local line
  line=$( (
    exec 3<>"/dev/tcp/$(address_host "$1")/$(address_port "$1")" &&
      printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$1" >&3 && IFS= read -r -t 5 line <&3 && echo "$line"
  ) 2>/dev/null) || return 1
  case $line in *' 200 '*) ;; *) return 1 ;; esac
}

# writer_settings gives the writer what it needs besides servers, unless the environment has something else: keys made at
# the first start, mail as files, cookies over plain HTTP, limits that nobody meets by hand.
writer_settings() {
  local name
  for name in PEPPERS SEAL_KEYS REFRESH_KEYS; do
    give "TERCUL_WRITE_$name" "$(key_file "writer_$(tr '[:upper:]' '[:lower:]' <<<"$name")")" _FILE
  done
  if [ -z "${TERCUL_WRITE_URL:-}" ]; then
    export TERCUL_WRITE_URL
    TERCUL_WRITE_URL=http://$(address_host "$TERCUL_WRITE_ADDR"):$(address_port "$TERCUL_WRITE_ADDR")
    give TERCUL_WRITE_COOKIES loopback
  fi
  if [ -z "${TERCUL_MAIL_SMTP_URL:-}${TERCUL_MAIL_SMTP_URL_FILE:-}" ]; then give TERCUL_MAIL_DROP "$TERCUL_HOME/mail"; fi
  give TERCUL_WRITE_LIMITS relaxed
  give TERCUL_MAIL_FROM 'Tercul <no-reply@localhost.localdomain>'
  give TERCUL_MAIL_LINK_URL http://localhost:3000
  # The pages that the links of mail lead to may sign in with cookies.
  if [[ ${TERCUL_MAIL_LINK_URL:-} =~ ^https?://[^/]+ ]]; then give TERCUL_WRITE_ORIGINS "${BASH_REMATCH[0]}"; fi
}

# give NAME VALUE [_FILE] exports a setting that the environment has in neither form.
give() {
  local file=${1}_FILE
  [ -n "${!1:-}${!file:-}" ] || export "$1${3:-}=$2"
}

# ROLES are those that `make up` makes an account of each of, on a database of its own.
ROLES='reader contributor reviewer editor admin'

# make_accounts makes them, once. They share one password; secrets/accounts lists them for whoever signs in, and is
# written anew where it is gone.
make_accounts() {
  local role log=$TERCUL_HOME/log/accounts.log languages password
  [ "$POSTGRES_FROM" != given ] || return 0
  [ ! -e "$TERCUL_HOME/run/accounts" ] || [ ! -s "$INSTANCE/secrets/accounts" ] || return 0
  password=$(secret accounts_password) || exit
  : >"$log"
  for role in $ROLES; do
    languages=()
    [ "$role" != reviewer ] || languages=(--language en --language ru)
    TERCUL_DATABASE_URL=$(database_url migrator) "$REPOSITORY/bin/tercul" user create --if-missing --username "$role" --email "$role@example.org" \
      --role "$role" ${languages[@]+"${languages[@]}"} --password-file "$INSTANCE/secrets/accounts_password" >>"$log" 2>&1 </dev/null ||
      die "the account $role could not be made: $(explain "$log")"
  done
  list_accounts "$password"
  : >"$TERCUL_HOME/run/accounts"
}

# list_accounts PASSWORD writes a line for each account: its username, its address and the password.
list_accounts() {
  local role
  (umask 077 && for role in $ROLES; do echo "$role $role@example.org $1"; done >"$INSTANCE/secrets/accounts") ||
    die "cannot write $INSTANCE/secrets/accounts: make room on its disk"
}

# start_services starts the reader and the writer, each with its own role's URL.
start_services() {
  local redis
  redis=$(redis_url)
  (
    # shellcheck disable=SC2030,SC2031 # each service has settings of its own
    export TERCUL_READ_ADDR TERCUL_WRITE_ADDR TERCUL_REDIS_URL=$redis TERCUL_DATABASE_URL
    TERCUL_DATABASE_URL=$(database_url reader)
    replica_settings
    start_service reader "$TERCUL_READ_ADDR" TERCUL_READ_ADDR
    TERCUL_DATABASE_URL=$(database_url writer)
    writer_settings
    edge_settings
    make_accounts
    start_service writer "$TERCUL_WRITE_ADDR" TERCUL_WRITE_ADDR
  )
}
