# shellcheck shell=bash disable=SC2034
# What installer, uninstaller and manager share: names, places, how they speak.

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
# Class archives; can be made anew.
cache=/var/cache/bev-avatar
# Users and group that were made for it.
accounts=$state/accounts
# What the installer put outside of the program's folder, with check sums. The package has dpkg's list instead.
installed_files=$program/installed-files
unit_directory=/usr/lib/systemd/system
# Installed on some machines only.
docker_drop_in=/etc/systemd/system/$renderer_unit.d/20-docker.conf
gpu_drop_in=/etc/systemd/system/$exporter_unit.d/20-gpu.conf
modules_load=/etc/modules-load.d/bev-avatar.conf

green='' red='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  green=$'\033[32m' red=$'\033[31m' plain=$'\033[0m'
fi

say() { printf '  %s %s\n' "$1" "$2"; }
fail() {
  printf '  %s✗%s %s\n' "$red" "$plain" "$1" >&2
  exit "${2:-1}"
}
require_root() {
  [ "$(id -u)" -eq 0 ] || fail "$1 needs root: sudo $0 $1" 77
}

# The value of a variable of the units' environment file, or the default $2.
setting() {
  local value=''
  if [ -r "$settings/environment" ]; then
    value=$(sed -n "s/^$1=//p" "$settings/environment" | tail -1)
  fi
  printf '%s\n' "${value:-$2}"
}

# Prints the body of http://127.0.0.1:$1$2; fails unless the answer is a 200. Needs nothing but bash. A subshell: who
# listens there may be a stranger that hangs up.
http_get() (
  trap 'exit 1' PIPE
  exec 9<>"/dev/tcp/127.0.0.1/$1" || exit 1
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&9
  IFS= read -r -t 5 status <&9 || exit 1
  while IFS= read -r -t 5 line <&9 && [ "${line%$'\r'}" != '' ]; do :; done
  timeout 5 cat <&9 || true
  [[ $status == *" 200 "* ]]
) 2>/dev/null

# Whether a unit runs, with nothing of its start or restart pending.
steady() {
  local job
  job=$(systemctl show -P Job "$1")
  [ "${job:-0}" = 0 ] && systemctl is-active --quiet "$1"
}
renderer_serves() { steady "$renderer_unit" && http_get "$(renderer_port)" /health/ready >/dev/null; }
exporter_serves() { steady "$exporter_unit" && { http_get "$(exporter_port)" /-/ready >/dev/null || exporter_guarded; }; }

# Whether the exporter has a web-config-file, so that it may speak TLS or ask for a password, and somebody listens: systemd
# counts it as running only once it has said itself that it serves.
exporter_guarded() (
  grep -qsE '^ +web-config-file:' "$settings/avatar.yaml" || [ -n "$(setting BEV_EXPORTER_WEB_CONFIG_FILE '')" ] || exit 1
  exec 9<>"/dev/tcp/127.0.0.1/$(exporter_port)"
) 2>/dev/null

renderer_port() { setting BEV_AVATAR_PORT "$(yaml_port renderer 8080)"; }
exporter_port() { setting BEV_EXPORTER_PORT "$(yaml_port exporter 9818)"; }

# The port of a section of avatar.yaml, or the default $2. Root and the group bev-avatar can read that file.
yaml_port() {
  local found=''
  if [ -r "$settings/avatar.yaml" ]; then
    found=$(awk -v section="$1:" '/^[a-z]/ { inside = ($1 == section) } inside && $1 == "port:" { print $2; exit }' "$settings/avatar.yaml")
  fi
  printf '%s\n' "${found:-$2}"
}
