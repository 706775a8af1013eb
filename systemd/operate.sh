# shellcheck shell=bash disable=SC2034
# What manager and scripts share beyond lib.sh: the exporter's commands, MBeans, waiting, showing.

base=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/lib.sh
. "$base/lib.sh"

services=("$renderer_unit" "$exporter_unit")
yellow='' dim='' bold=''
if [ -n "$green" ]; then yellow=$'\033[33m' dim=$'\033[2m' bold=$'\033[1m'; fi

property() { systemctl show -P "$2" "$1"; }
installed() { [ "$base" = "$program/bin" ]; }

# --- the exporter's commands ------------------------------------------------------------------------------------------

# exporter_command USER ARGUMENT...: check, health or gpu-cleanup of this installation, as USER where we are root; of a
# checkout, as ourselves. Ends with its exit code.
exporter_command() (
  local user=$1
  shift
  if ! installed; then
    exec "$base/../avatar" "$@"
  fi
  export_settings
  # A check's own folders; the exporter's belong to another user.
  if [ "$user" = "$(renderer_user)" ]; then
    # shellcheck disable=SC2030 # meant for this subshell
    export BEV_EXPORTER_STATE_DIR=$state/renderer BEV_EXPORTER_HEALTH_DIRECTORY=$logs/renderer
  fi
  if [ -t 1 ]; then
    export AVATAR_TERMINAL=1
    COLUMNS=$(tput cols 2>/dev/null || echo 80)
    export COLUMNS
  fi
  local words=("$program/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m -XX:-UsePerfData
    -Djna.boot.library.path="$program/native" -Djna.nounpack=true -Djna.nosys=true
    -jar "$program/exporter/avatar-exporter.jar" "$@")
  cd /
  if [ "$(id -u)" -eq 0 ] && [ "$user" != root ]; then
    make_folders
    exec setpriv --reuid "$user" --regid bev-avatar --clear-groups -- "${words[@]}"
  fi
  exec "${words[@]}"
)

# The services' folders, as systemd makes them at the first start.
make_folders() {
  local service owner
  for service in renderer exporter; do
    if [ $service = renderer ]; then owner=$(renderer_user); else owner=$(exporter_user); fi
    [ -d "$state/$service" ] || install -d -m 700 -o "$owner" -g bev-avatar "$state/$service"
    [ -d "$logs/$service" ] || install -d -m 750 -o "$owner" -g bev-avatar "$logs/$service"
  done
}

renderer_user() { property "$renderer_unit" User; }
exporter_user() { property "$exporter_unit" User; }

# The services' configuration and environment; of these, what we may read.
export_settings() {
  local line value
  # shellcheck disable=SC2031 # called in the subshell of exporter_command
  export BEV_AVATAR_STATE_DIR=$state/renderer BEV_EXPORTER_STATE_DIR=$state/exporter
  if [ "$(id -u)" -eq 0 ]; then
    # shellcheck disable=SC2031
    export BEV_EXPORTER_HEALTH_DIRECTORY=$logs/exporter/health
  else
    export BEV_EXPORTER_HEALTH_DIRECTORY=${XDG_STATE_HOME:-${HOME:-/tmp}/.local/state}/bev-avatar/health
  fi
  if [ -r "$settings/avatar.yaml" ]; then
    export BEV_AVATAR_CONFIG=$settings/avatar.yaml
  else
    say '!' "$settings/avatar.yaml can be read by root and the group bev-avatar only: the defaults are taken" >&2
  fi
  [ -r "$settings/environment" ] || return 0
  while IFS= read -r line; do
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] || continue
    value=${line#*=}
    if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    export "${line%%=*}=$value"
  done <"$settings/environment"
}

# --- the exporter's metrics -------------------------------------------------------------------------------------------

# The value of key $2 of section $1 of avatar.yaml, or of the environment variable $3 that wins over it, without quotes.
configured() {
  local found
  found=$(setting "$3" "$(yaml_value "$1" "$2" '')")
  found=${found#[\"\']}
  printf '%s\n' "${found%[\"\']}"
}

web_config() { configured exporter web-config-file BEV_EXPORTER_WEB_CONFIG_FILE; }
exporter_password_file() { configured stack exporter-password-file BEV_STACK_EXPORTER_PASSWORD_FILE; }

# exporter_client_file cert|key: the certificate that is shown to the exporter, and its key; nothing where none is.
exporter_client_file() { configured stack "exporter-$1-file" "BEV_STACK_EXPORTER_${1^^}_FILE"; }

# Whether web-config.yml $1 lets nobody in without a certificate.
demands_certificate() { grep -qE '^[^#]*client_auth_type: *["'\'']?Require' "$1"; }

# As whom the exporter is read: the configured user, else the first of web-config.yml $1; nobody where it has none.
exporter_user_name() {
  local user
  user=$(web_user "$1")
  if [ -n "$user" ]; then configured stack exporter-user BEV_STACK_EXPORTER_USER | grep . || printf '%s\n' "$user"; fi
}

# The server's certificate that a web-config.yml names; nothing where it speaks no TLS.
web_certificate() {
  local file
  file=$(sed -nE '/^ *#/d; s/^(.*[ {,])?cert_file: *["'\'']?([^]"'\'' ,}]+).*/\2/p' "$1" | head -1)
  case $file in
    '' | /*) printf '%s' "$file" ;;
    *) printf '%s/%s' "$(dirname "$1")" "$file" ;;
  esac
}

# The first user of a web-config.yml.
web_user() {
  awk '
    /^[^ #]/ { inside = /^basic_auth_users:/; sub(/^basic_auth_users:[ {]*/, "") }
    inside && !/^ *#/ && match($0, /["\047]?[^ {:"\047]+["\047]? *:/) {
      name = substr($0, RSTART, RLENGTH - 1)
      gsub(/["\047 ]/, "", name)
      print name
      exit
    }' "$1"
}

exporter_url() {
  local config scheme=http
  config=$(web_config)
  if [ -n "$config" ] && [ -r "$config" ] && [ -n "$(web_certificate "$config")" ]; then scheme=https; fi
  printf '%s://127.0.0.1:%s' "$scheme" "$(exporter_port)"
}

listens() (exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null

# exporter_get PATH: prints what the exporter answers; or fails, and prints why.
exporter_get() {
  local config answer
  config=$(web_config)
  if ! listens "$(exporter_port)"; then
    echo 'no answer'
  elif [ -n "$config" ]; then
    guarded_get "$config" "$1" && return 0
  elif answer=$(http_get "$(exporter_port)" "$1"); then
    printf '%s\n' "$answer"
    return 0
  elif [ -r "$settings/avatar.yaml" ]; then
    echo 'not read: somebody listens there who does not answer as the exporter does'
  else
    echo "not read: TLS or a password may guard it; root and the group bev-avatar can look that up: sudo $0"
  fi
  return 1
}

# guarded_get WEB-CONFIG PATH: the same, of an exporter with TLS, a password or both.
guarded_get() {
  local certificate user guards='' options answer status=0
  [ -r "$1" ] || { echo "guarded, not read: $1 is not there, or cannot be read by $(id -un)"; return 1; }
  certificate=$(web_certificate "$1")
  user=$(exporter_user_name "$1")
  if [ -n "$certificate" ]; then guards+=', TLS'; fi
  if [ -n "$user" ]; then guards+=', password'; fi
  guards="${guards:+guarded (${guards#, }), }not read:"
  options=$(curl_options "$certificate" "$user") || { echo "$guards $options"; return 1; }
  # The password is not for the list of processes: curl reads it from a pipe.
  answer=$(printf '%s\n' "$options" |
    curl --disable --silent --fail --noproxy '*' --max-time 10 --config - "$(exporter_url)$2") || status=$?
  case $status in
    0) printf '%s\n' "$answer" ;;
    22) echo "$guards refused${user:+; does $(exporter_password_file) hold the password of $user?}" ;;
    90) echo "$guards who answers has another certificate than $certificate" ;;
    28) echo "$guards no answer within 10 s" ;;
    *) echo "$guards curl ended with $status$(demands_certificate "$1" && [ -z "$(exporter_client_file cert)" ] &&
      echo '; the exporter demands a certificate: stack.exporter-cert-file and stack.exporter-key-file name one that its client_ca_file vouches for')" ;;
  esac
  return "$status"
}

# curl_options CERTIFICATE USER: with which curl gets in, taking exactly that certificate's key; or fails, and prints why not.
curl_options() {
  local key='' file=''
  command -v curl >/dev/null || { echo 'curl is not installed'; return 1; }
  if [ -n "$2" ]; then
    file=$(exporter_password_file)
    [ -n "$file" ] || { echo "give a file with the password of $2 as stack.exporter-password-file in $settings/avatar.yaml"; return 1; }
    [ -r "$file" ] || { echo "$file, with the password of $2, is not there, or cannot be read by $(id -un)"; return 1; }
  fi
  if [ -n "$1" ]; then
    key=$(public_key_hash "$1") || { echo "openssl is not installed, or finds no certificate in $1"; return 1; }
    # The key tells who answers: names and issuer are for those on other machines.
    printf 'insecure\npinnedpubkey = "sha256//%s"\n' "$key"
    if [ -n "$(exporter_client_file cert)" ]; then
      printf 'cert = "%s"\nkey = "%s"\n' "$(exporter_client_file cert)" "$(exporter_client_file key)"
    fi
  fi
  if [ -n "$file" ]; then printf 'user = "%s"\n' "$(json_escape "$2:$(tr -d '\r\n' <"$file")")"; fi
}

public_key_hash() (
  set -o pipefail
  openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64 -w0
) 2>/dev/null

# --- Prometheus and Alertmanager, past the exporter's web-config.yml -----------------------------------------------------

# Ends the lines that are there because of it.
guard_mark='  # web-config.yml'

# Finds out what it demands, into the variables guard_*; ends this, and says why, where that cannot be met.
read_guards() {
  local config
  guard_certificate='' guard_name='' guard_user='' guard_password='' guard_client='' guard_client_key=''
  config=$(web_config)
  [ -n "$config" ] || return 0
  [ -r "$config" ] || fail "exporter.web-config-file: found '$config', expected a file that is there" 78
  guard_certificate=$(web_certificate "$config")
  if [ -n "$guard_certificate" ]; then
    command -v openssl >/dev/null || fail "openssl is not installed: $guard_certificate cannot be looked into" 69
    guard_name=$(certified_name "$guard_certificate") ||
      fail "$guard_certificate: expected a certificate with a subjectAltName, for Prometheus takes no other" 78
    guard_client=$(exporter_client_file cert)
    guard_client_key=$(exporter_client_file key)
    if [ -n "$guard_client$guard_client_key" ] || demands_certificate "$config"; then
      { [ -r "$guard_client" ] && [ -r "$guard_client_key" ]; } ||
        fail "stack.exporter-cert-file, stack.exporter-key-file: found '$guard_client' and '$guard_client_key', expected a certificate that the client_ca_file of $config vouches for, and its key" 78
    fi
  fi
  guard_user=$(exporter_user_name "$config")
  if [ -n "$guard_user" ]; then
    guard_password=$(exporter_password_file)
    { [ -n "$guard_password" ] && [ -r "$guard_password" ]; } ||
      fail "stack.exporter-password-file: found '$guard_password', expected a file whose text is the password of $guard_user: $config has only its hash, and Prometheus has to send it" 78
  fi
}

# The name in a certificate for which whoever connects to 127.0.0.1 shall look; nothing where that address is in it.
certified_name() {
  local names
  names=$(openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null | tr ',' '\n' | sed -nE 's/^ *(DNS|IP Address):([^ ]+) *$/\2/p')
  [ -n "$names" ] || return 1
  if ! grep -qxF 127.0.0.1 <<<"$names"; then head -1 <<<"$names" | sed 's/^\*/avatar/'; fi
}

# guard_credentials [password]: what systemd is to hand a service, as it may be root's alone; as lines of its unit.
guard_credentials() {
  guard_credential exporter-certificate "$guard_certificate"
  guard_credential exporter-client-certificate "$guard_client"
  guard_credential exporter-client-key "$guard_client_key"
  if [ "${1:-}" = password ]; then guard_credential exporter-password "$guard_password"; fi
}

guard_credential() {
  if [ -n "$2" ]; then printf 'LoadCredential=%s:%s\n' "$1" "${2//%/%%}"; fi
}

# guard_tls UNIT: the tls_config of one who runs as that unit.
guard_tls() {
  local at=/run/credentials/$1
  printf 'tls_config: {ca_file: "%s"%s%s}%s' "$at/exporter-certificate" "${guard_name:+, server_name: \"$guard_name\"}" \
    "${guard_client:+, cert_file: \"$at/exporter-client-certificate\", key_file: \"$at/exporter-client-key\"}" "$guard_mark"
}

# The lines that a job of Prometheus needs; none where anybody may read the exporter over plain HTTP.
prometheus_guards() {
  if [ -n "$guard_certificate" ]; then
    printf '    scheme: https%s\n    %s\n' "$guard_mark" "$(guard_tls prometheus.service)"
  fi
  if [ -n "$guard_user" ]; then
    printf '    basic_auth: {username: "%s", password_file: "/run/credentials/prometheus.service/exporter-password"}%s\n' \
      "$(json_escape "$guard_user")" "$guard_mark"
  fi
}

# guarded_prometheus FILE: prints a configuration of Prometheus, with what its jobs need.
guarded_prometheus() {
  guards=$(prometheus_guards) awk '
    { print }
    /^  - job_name: avatar(-probes)?$/ && ENVIRON["guards"] != "" { print ENVIRON["guards"] }' "$1"
}

# guarded_alertmanager FILE: prints a configuration of Alertmanager whose webhooks get to this exporter.
guarded_alertmanager() {
  tls=${guard_certificate:+$(guard_tls prometheus-alertmanager.service)} url=$(exporter_url) awk '
    { sub("http://127.0.0.1:9818", ENVIRON["url"]); print }
    /^        http_config:$/ && ENVIRON["tls"] != "" { print "          " ENVIRON["tls"] }' "$1"
}

# A configuration as it is without guards.
unguarded() { sed -e "/$guard_mark\$/d" -e 's|https://127\.0\.0\.1|http://127.0.0.1|' "$1"; }

# --- the renderer's MBeans --------------------------------------------------------------------------------------------

jolokia_port() { setting BEV_JOLOKIA_PORT "$(yaml_value renderer jolokia-port 8778)"; }

# The value $2 of section $1 of avatar.yaml, or the default $3.
yaml_value() {
  local found=''
  if [ -r "$settings/avatar.yaml" ]; then
    found=$(awk -v section="$1:" -v key="$2:" \
      '/^[a-z]/ { inside = ($1 == section) } inside && $1 == key { print $2; exit }' "$settings/avatar.yaml")
  fi
  printf '%s\n' "${found:-$3}"
}

control_password() { [ -r "$settings/credentials/control-password" ] && head -1 "$settings/credentials/control-password"; }

# jolokia BODY: posts a request to Jolokia, with the control password where we may read it; prints the answer. Fails when
# there is none. A subshell: see http_get.
jolokia() (
  trap 'exit 1' PIPE
  exec 9<>"/dev/tcp/127.0.0.1/$(jolokia_port)" || exit 1
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

# mbean_exec TYPE OPERATION [TEXT...]: calls an operation; prints its answer, or fails with its reason.
mbean_exec() {
  local type=$1 operation=$2 arguments='' answer
  shift 2
  while [ $# -gt 0 ]; do
    arguments+="${arguments:+,}\"$(json_escape "$1")\""
    shift
  done
  answer=$(jolokia "{\"type\":\"exec\",\"mbean\":\"bev.avatar:type=$type\",\"operation\":\"$operation\",\"arguments\":[$arguments]}") ||
    fail "the renderer's Jolokia at port $(jolokia_port) does not answer: is the renderer running?" 69
  case $answer in
    *'"status":200'*) json_field "$answer" value ;;
    *'"status":401'* | *'"status":403'*) fail "$type.$operation needs the control password, which root alone can read: sudo $0" 77 ;;
    *) fail "$type.$operation: $(json_field "$answer" error)" 70 ;;
  esac
}

# --- JSON, as far as these scripts need it ----------------------------------------------------------------------------

json_escape() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# json_field OBJECT KEY: a value of that key, a string's without quotes; empty when there is none.
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

# Lines of the journal for people: of a JSON event its level, logger and message, a fault's stack below.
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

# Shows what the renderer says until frames flow; its last words when they do not.
await_ready() {
  local end=$((SECONDS + 150)) shown='' now since=$SECONDS
  while [ "$SECONDS" -lt "$end" ]; do
    if renderer_serves; then
      say "${green}✓${plain}" "http://127.0.0.1:$(renderer_port)/  ready after $((SECONDS - since)) s"
      return 0
    fi
    now=$(property "$renderer_unit" ActiveState)
    now+=": $(property "$renderer_unit" StatusText)"
    case $now in
      *': ') now=${now%: } ;;
    esac
    if [ "$now" != "$shown" ]; then say '·' "renderer $now"; fi
    shown=$now
    if [ "${now%%:*}" = failed ]; then break; fi
    sleep 0.2
  done
  journalctl --no-pager -o cat -n 8 -u "$renderer_unit" | readable | sed 's/^/      /' >&2
  fail "the renderer is not ready; its last words are above, all of them with: $0 logs" 70
}
