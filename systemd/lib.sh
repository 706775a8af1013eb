# shellcheck shell=bash disable=SC2034
# Shared by installer, uninstaller and service manager: unit names, paths, output.

renderer_unit=bev-advanced-avatar.service
exporter_unit=bev-avatar-exporter.service
gpu_unit=bev-avatar-gpu.service
archive_unit=bev-avatar-archive.service
target_unit=bev-avatar.target
program=/usr/lib/bev-avatar
settings=/etc/bev-avatar
state=/var/lib/bev-avatar
logs=/var/log/bev-avatar
shared=/usr/share/bev-avatar
# Class archives; safe to delete, they are recreated.
cache=/var/cache/bev-avatar
# Users and groups that the installation created.
accounts=$state/accounts
# Files that the installer created outside the installation directory, with checksums. A package uses dpkg's list instead.
installed_files=$program/installed-files
unit_directory=/usr/lib/systemd/system
# Installed only where they apply.
docker_drop_in=/etc/systemd/system/$renderer_unit.d/20-docker.conf
docker_unit=bev-avatar-docker.service
docker_wants=/etc/systemd/system/docker.service.wants/$docker_unit
gpu_drop_in=/etc/systemd/system/$exporter_unit.d/20-gpu.conf
modules_load=/etc/modules-load.d/bev-avatar.conf

green='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  green=$'\033[32m' red=$'\033[31m' plain=$'\033[0m'
fi

# A closed output is ignored.
report() { printf '  %s %s\n' "$1" "$2" || true; }
fail() {
  printf '  %s✗%s %s\n' "$red" "$plain" "$1" >&2
  exit "${2:-1}"
}
require_root() {
  [ "$(id -u)" -eq 0 ] || fail "$1 requires root: sudo avatar $1" 77
}
require_systemd() {
  [ -d /run/systemd/system ] || fail "systemd is not running on this machine; ./avatar up runs the avatar without systemd" 69
}

# Allows one installer or uninstaller at a time. The lock ends with this process and leaves no file.
acquire_lock() {
  exec {lock}<"$unit_directory"
  flock --nonblock "$lock" || fail "another installation or removal is in progress; wait until it has finished" 75
}

# on or off: whether the renderer depends on Docker, where Docker is installed.
docker_coupling() { if grep -qs '^# off' "$docker_drop_in"; then echo off; else echo on; fi; }

# setting NAME DEFAULT: value of a variable in the units' environment file.
setting() {
  local value=''
  if [ -r "$settings/environment" ]; then
    value=$(sed -n "s/^$1=//p" "$settings/environment" | tail -1)
  fi
  value=${value#[\"\']}
  value=${value%[\"\']}
  printf '%s\n' "${value:-$2}"
}

# yaml_value SECTION KEY DEFAULT: value of a key of avatar.yaml, which root and the group bev-avatar can read.
yaml_value() {
  local found=''
  if [ -r "$settings/avatar.yaml" ]; then
    found=$(awk -v section="$1:" -v key="$2:" '
      /^[^ #]/ { inside = ($1 == section); depth = 0 }
      inside && match($0, /^ +[^ #]/) {
        if (!depth) depth = RLENGTH
        if (RLENGTH != depth || $1 != key) next
        sub(/^[^:]*: */, "")
        sub(/ +(#.*)?$/, "")
        gsub(/^["\047]|["\047]$/, "")
        print
        exit
      }' "$settings/avatar.yaml")
  fi
  printf '%s\n' "${found:-$3}"
}

# Addresses of renderer and exporter. Both accept the host name 127.0.0.1 on any address.
renderer_port() { setting BEV_AVATAR_PORT "$(yaml_value renderer port 8080)"; }
exporter_port() { setting BEV_EXPORTER_PORT "$(yaml_value exporter port 9818)"; }
renderer_host() { reachable "$(setting BEV_RENDERER_BIND "$(yaml_value renderer bind 127.0.0.1)")"; }
exporter_host() { reachable "$(setting BEV_EXPORTER_BIND "$(yaml_value exporter bind 127.0.0.1)")"; }
reachable() {
  case $1 in
    0.0.0.0 | :: | '') echo 127.0.0.1 ;;
    *) printf '%s\n' "$1" ;;
  esac
}
# url SCHEME HOST PORT
url() {
  case $2 in
    *:*) printf '%s://[%s]:%s' "$@" ;;
    *) printf '%s://%s:%s' "$@" ;;
  esac
}
renderer_url() { printf '%s/' "$(url http "$(renderer_host)" "$(renderer_port)")"; }
exporter_url() {
  local scheme=http
  if grep -qs '^[^#]*cert_file:' "$(web_config)"; then scheme=https; fi
  url "$scheme" "$(exporter_host)" "$(exporter_port)"
}

# The Redis of the configuration: whether it is expected on this machine, whether it answers, and the name of its unit.
redis_url() { setting BEV_REDIS_URL "$(yaml_value redis url redis://127.0.0.1:6379)"; }
redis_is_local() { [[ $(redis_url) =~ ^redis://([^@]*@)?(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/|$) ]]; }
redis_answers() {
  local port
  port=$(redis_url)
  port=${port##*@}
  if [[ $port =~ :([0-9]+)(/|$) ]]; then port=${BASH_REMATCH[1]}; else port=6379; fi
  listens 127.0.0.1 "$port" || listens ::1 "$port"
}
redis_unit() {
  local unit
  for unit in redis-server.service redis.service valkey-server.service; do
    if [ "$(systemctl show -P LoadState "$unit" 2>/dev/null)" = loaded ]; then
      printf '%s\n' "$unit"
      return 0
    fi
  done
}

# http_get HOST PORT PATH: prints the response body; fails unless the status is 200. Needs bash only. A subshell, because the
# peer may close the connection (SIGPIPE).
http_get() (
  trap 'exit 1' PIPE
  exec 9<>"/dev/tcp/$1/$2" || exit 1
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$3" >&9
  IFS= read -r -t 10 status <&9 && [[ $status == *" 200 "* ]] || exit 1
  while IFS= read -r -t 5 line <&9 && [ "${line%$'\r'}" != '' ]; do :; done
  timeout 5 cat <&9 || true
) 2>/dev/null

# Whether a unit is running, or has failed, with no start or restart pending.
steady() { unit_is is-active "$1"; }
given_up() { unit_is is-failed "$1"; }
unit_is() {
  local job
  job=$(systemctl show -P Job "$2")
  [ "${job:-0}" = 0 ] && systemctl "$1" --quiet "$2"
}
renderer_serves() { steady "$renderer_unit" && http_get "$(renderer_host)" "$(renderer_port)" /health/ready >/dev/null; }
exporter_serves() {
  steady "$exporter_unit" &&
    { http_get "$(exporter_host)" "$(exporter_port)" /-/ready >/dev/null || exporter_guarded; }
}

# Whether the exporter has a web-config-file (TLS or passwords) and its port is open. systemd reports it as active only after
# it has sent READY=1.
exporter_guarded() (
  [ -n "$(web_config)" ] && listens "$(exporter_host)" "$(exporter_port)"
)
web_config() { setting BEV_EXPORTER_WEB_CONFIG_FILE "$(yaml_value exporter web-config-file '')"; }
listens() (exec 9<>"/dev/tcp/$1/$2") 2>/dev/null
