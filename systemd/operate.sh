# shellcheck shell=bash disable=SC2034
# Shared by the service manager and the scripts, in addition to lib.sh: exporter commands, metrics, MBeans, waiting for the start.

base=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/lib.sh
. "$base/lib.sh"

services=("$renderer_unit" "$exporter_unit")
yellow='' dim='' bold=''
if [ -n "$green" ]; then yellow=$'\033[33m' dim=$'\033[2m' bold=$'\033[1m'; fi

# property UNIT NAME: a property of a unit; empty without systemd.
property() { systemctl show -P "$2" "$1" 2>/dev/null || true; }
installed() { [ "$base" = "$program/bin" ]; }

# no_arguments COMMAND [WORD...]: fails if words follow the command.
no_arguments() { [ $# -eq 1 ] || fail "$1: found '$2', expected no argument" 64; }

# require_installation COMMAND: fails without root, systemd or installed units.
require_installation() {
  require_root "$1"
  require_systemd
  [ "$(property "$renderer_unit" LoadState)" = loaded ] ||
    fail "the avatar is not installed; install it with systemd/install-avatar-service.sh" 69
}

# --- the exporter's commands ------------------------------------------------------------------------------------------

# exporter_command USER ARGUMENT...: runs check, health or gpu-cleanup of this installation, as USER if the caller is root; in
# a checkout as the caller. Returns its exit code.
exporter_command() {
  if installed; then installed_exporter --as "$@"; else "$base/../avatar" "${@:2}"; fi
}

# Class path and main class of a command that reads the sections of all services.
all_services=(-cp "$program/exporter/avatar-exporter.jar:$program/renderer/avatar-renderer.jar" io.bev.avatar.exporter.cli.ExporterMain)

# installed_exporter [--as USER] ARGUMENT...: runs a command of the installed exporter with the services' configuration.
installed_exporter() (
  local user=root
  if [ "$1" = --as ]; then
    user=$2
    shift 2
  fi
  [ -x "$program/java" ] || fail "$program/java is missing; install Java 17 or later, then reinstall the avatar" 69
  export_settings "$@"
  # The directories of the renderer's user; those of the exporter belong to another user.
  if [ "$user" = "$(renderer_user)" ]; then
    # shellcheck disable=SC2030 # meant for this subshell
    export BEV_EXPORTER_STATE_DIR=$state/renderer BEV_EXPORTER_HEALTH_DIRECTORY=$logs/renderer
  fi
  if [ -t 1 ]; then
    export AVATAR_TERMINAL=1
    COLUMNS=$(tput cols 2>/dev/null || echo 80)
    export COLUMNS
  fi
  local main=(-jar "$program/exporter/avatar-exporter.jar")
  # The configuration of all services.
  case $1 in
    check) main=("${all_services[@]}") ;;
    config)
      main=("${all_services[@]}")
      export_unit_settings ;;
  esac
  local words=("$program/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m -XX:-UsePerfData
    -Djna.boot.library.path="$program/native" -Djna.nounpack=true -Djna.nosys=true
    "${main[@]}" "$@")
  cd /
  if [ "$(id -u)" -eq 0 ] && [ "$user" != root ]; then
    make_directories
    exec setpriv --reuid "$user" --regid bev-avatar --clear-groups -- "${words[@]}"
  fi
  exec "${words[@]}"
)

# Creates the services' directories as systemd does at the first start.
make_directories() {
  local service owner
  for service in renderer exporter; do
    if [ $service = renderer ]; then owner=$(renderer_user); else owner=$(exporter_user); fi
    [ -d "$state/$service" ] || install -d -m 700 -o "$owner" -g bev-avatar "$state/$service"
    [ -d "$logs/$service" ] || install -d -m 750 -o "$owner" -g bev-avatar "$logs/$service"
  done
}

renderer_user() { property "$renderer_unit" User; }
exporter_user() { property "$exporter_unit" User; }

# export_settings ARGUMENT...: exports the services' configuration and environment for a command, as far as the caller may read them.
export_settings() {
  local line value arguments=" $* "
  # shellcheck disable=SC2031 # called in the subshell of exporter_command
  export BEV_AVATAR_STATE_DIR=$state/renderer BEV_EXPORTER_STATE_DIR=$state/exporter
  if [ "$(id -u)" -eq 0 ]; then
    # shellcheck disable=SC2031
    export BEV_EXPORTER_HEALTH_DIRECTORY=$logs/exporter/health
  else
    export BEV_EXPORTER_HEALTH_DIRECTORY=${XDG_STATE_HOME:-${HOME:-/tmp}/.local/state}/bev-avatar/health
  fi
  if [ -n "${BEV_AVATAR_CONFIG:-}" ]; then
    BEV_AVATAR_CONFIG=$(realpath "$BEV_AVATAR_CONFIG")
  elif [ -r "$settings/avatar.yaml" ]; then
    export BEV_AVATAR_CONFIG=$settings/avatar.yaml
  elif [[ $arguments != *' -h '* && $arguments != *' --help '* ]]; then
    report '!' "$settings/avatar.yaml is not readable by $(id -un), so the defaults are used" >&2
  fi
  [ -r "$settings/environment" ] || return 0
  while IFS= read -r line; do
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || continue
    value=${line#*=}
    if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    export "${line%%=*}=$value"
  done <"$settings/environment"
}

# Exports the settings in the units themselves, unless they are set already.
export_unit_settings() {
  local unit word
  for unit in "${services[@]}"; do
    for word in $(property "$unit" Environment); do
      # Credentials exist while the unit runs, for root.
      if [[ $word == *=/run/credentials/* && ! -r ${word#*=} ]]; then continue; fi
      if [[ $word =~ ^BEV_(AVATAR|RENDERER|EXPORTER)_[A-Z_]+=. && ! -v ${word%%=*} ]]; then export "${word?}"; fi
    done
  done
}

# --- the exporter's metrics -------------------------------------------------------------------------------------------

exporter_password_file() { setting BEV_STACK_EXPORTER_PASSWORD_FILE "$(yaml_value stack exporter-password-file '')"; }

# Prints the exporter's metrics; if that fails, prints the reason.
exporter_metrics() {
  if ! listens "$(exporter_host)" "$(exporter_port)"; then
    echo 'no response'
  elif [ -n "$(web_config)" ]; then
    # This command supports TLS and passwords.
    (installed_exporter metrics) 2>&1 && return 0
  elif http_get "$(exporter_host)" "$(exporter_port)" /metrics; then
    return 0
  elif [ -r "$settings/avatar.yaml" ]; then
    echo 'no metrics within 10 s'
  else
    echo 'no metrics within 10 s, or TLS or a password is required; root and the group bev-avatar can read the settings: sudo avatar status'
  fi
  return 1
}

# --- the renderer's health --------------------------------------------------------------------------------------------

# Like http_get of the renderer, but for any status: /health reports problems with status 503.
http_body() (
  trap 'exit 1' PIPE
  exec 9<>"/dev/tcp/$(renderer_host)/$(renderer_port)" || exit 1
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$1" >&9
  while IFS= read -r -t 5 line <&9 && [ "${line%$'\r'}" != '' ]; do :; done
  timeout 5 cat <&9
) 2>/dev/null

# health_list JSON reasons|notes: why the health is not ok, or remarks, on one line.
health_list() {
  local texts=${1#*\""$2"\":[}
  [ "$texts" != "$1" ] || return 0
  texts=${texts%%]*}
  json_text "${texts//\",\"/; }" | tr -d '"'
}

# Waits up to 30 s for a healthy renderer and prints its health; fails with the reasons otherwise.
show_health() {
  local end=$((SECONDS + 30)) health status notes
  while :; do
    health=$(http_body /health) || health=''
    status=$(json_field "$health" status)
    if [ "$status" = ok ]; then
      report "${green}✓${plain}" "health: ok, $(json_field "$health" fps) fps, backend $(json_field "$health" backend)"
      notes=$(health_list "$health" notes)
      if [ -n "$notes" ]; then report '·' "$notes"; fi
      return 0
    fi
    [ "$SECONDS" -lt "$end" ] || break
    sleep 0.5
  done
  report "${red}✗${plain}" "health: ${status:-no response}: $(health_list "$health" reasons)" >&2
  return 1
}

# --- the renderer's MBeans --------------------------------------------------------------------------------------------

jolokia_port() { setting BEV_JOLOKIA_PORT "$(yaml_value renderer jolokia-port 8778)"; }

control_password() { [ -r "$settings/credentials/control-password" ] && head -1 "$settings/credentials/control-password"; }

# jolokia BODY: posts a request to Jolokia, with the control password if readable; prints the response. Fails without a
# response. A subshell: see http_get.
jolokia() (
  trap 'exit 1' PIPE
  exec 9<>"/dev/tcp/$(renderer_host)/$(jolokia_port)" || exit 1
  {
    printf 'POST /jolokia/ HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n' "${#1}"
    if password=$(control_password); then
      printf 'Authorization: Basic %s\r\n' "$(printf 'avatar:%s' "$password" | base64 -w0)"
    fi
    printf '\r\n%s' "$1"
  } >&9
  while IFS= read -r -t 5 line <&9 && [ "${line%$'\r'}" != '' ]; do :; done
  timeout 10 cat <&9
) 2>/dev/null

# mbean_exec TYPE OPERATION [TEXT...]: calls an operation; prints its result, or fails with the error.
mbean_exec() {
  local type=$1 operation=$2 arguments='' answer
  shift 2
  while [ $# -gt 0 ]; do
    arguments+="${arguments:+,}\"$(json_escape "$1")\""
    shift
  done
  answer=$(jolokia "{\"type\":\"exec\",\"mbean\":\"bev.avatar:type=$type\",\"operation\":\"$operation\",\"arguments\":[$arguments]}") ||
    fail "Jolokia of the renderer does not respond on port $(jolokia_port); check that the renderer is running: avatar status" 69
  case $answer in
    *'"status":200'*) json_field "$answer" value ;;
    *'"status":401'* | *'"status":403'*) fail "$type.$operation requires the control password, which only root can read: sudo avatar ..." 77 ;;
    *) fail "$type.$operation: $(json_field "$answer" error)" 70 ;;
  esac
}

# --- JSON (subset) ----------------------------------------------------------------------------

json_escape() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# json_field OBJECT KEY: the value of a key, strings without quotes; empty if missing.
json_field() {
  local string='"'$2'"[[:space:]]*:[[:space:]]*("((\\.|[^"\\])*)"|[^],}]*)'
  if [[ $1 =~ $string ]]; then
    if [ -n "${BASH_REMATCH[2]}" ]; then json_text "${BASH_REMATCH[2]}"; else printf '%s\n' "${BASH_REMATCH[1]#\"\"}"; fi
  fi
}

json_text() {
  local text=${1//\\\"/\"}
  printf '%b\n' "${text//\\\//\/}"
}

# Formats journal lines: level, logger and message of a JSON event, with the stack trace below.
readable() {
  local line event colour text stack
  event='^(.*)\{"timestamp":"[^"]*","level":"([A-Z]+)","logger":"([^"]*\.)?([^".]+)","thread":"((\\.|[^"\\])*)","message":"((\\.|[^"\\])*)"(,"frame":(-?[0-9]+),"state":(-?[0-9]+))?(,"exception":"((\\.|[^"\\])*)")?\}$'
  while IFS= read -r line; do
    if [[ $line =~ $event ]]; then
      colour=''
      case ${BASH_REMATCH[2]} in
        CRITICAL | ERROR) colour=$red ;;
        WARN) colour=$yellow ;;
        DEBUG | TRACE) colour=$dim ;;
      esac
      text=$(json_text "${BASH_REMATCH[7]}")
      stack=${BASH_REMATCH[13]}
      printf '%s%s%-5s%s %s: %s\n' "${BASH_REMATCH[1]}" "$colour" "${BASH_REMATCH[2]}" "${colour:+$plain}" "${BASH_REMATCH[4]}" \
        "${text//$'\n'/$'\n'    }"
      if [ -n "$stack" ]; then json_text "$stack" | sed 's/^/    /; /^ *$/d'; fi
    else
      printf '%s\n' "$line"
    fi
  done
}

# --- waiting ----------------------------------------------------------------------------------------------------------

# Shows the renderer's status until it is ready; on failure, its last log lines.
await_ready() {
  local end=$((SECONDS + 150)) shown='' now since=$SECONDS
  while [ "$SECONDS" -lt "$end" ]; do
    if renderer_serves; then
      report "${green}✓${plain}" "$(renderer_url)  ready after $((SECONDS - since)) s"
      return 0
    fi
    now=$(property "$renderer_unit" ActiveState)
    # The status text remains after the process has exited.
    case $now in
      active | activating | reloading) now+=": $(property "$renderer_unit" StatusText)" now=${now%: } ;;
    esac
    if [ "$now" != "$shown" ]; then report '·' "renderer $now"; fi
    shown=$now
    if given_up "$renderer_unit"; then break; fi
    sleep 0.2
  done
  journalctl --no-pager -o cat -n 8 -u "$renderer_unit" | readable | sed 's/^/      /' >&2
  fail "the renderer is not ready; its last log lines are above, the full log: sudo avatar logs" 70
}
