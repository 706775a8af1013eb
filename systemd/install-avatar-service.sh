#!/usr/bin/env bash
# Installs renderer and exporter as services of systemd, or brings an installation up to date.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
# shellcheck source=systemd/lib.sh
. "$here/lib.sh"

usage() {
  cat <<'TEXT'
Usage: install-avatar-service.sh [OPTIONS]

Installs the built renderer and exporter as services of systemd, or brings an installation up to date. Safe to repeat:
it shows what it changes, leaves edited configuration alone, and puts everything back when something fails.

  --user NAME   the renderer's user, made as a system user if missing (starlord)
  --port N      the page's port, written to /etc/bev-avatar/environment (8080)
  --no-start    install, start nothing
TEXT
}

user='' port='' start=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --user) user=${2:?--user needs a name}; shift 2 ;;
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --no-start) start=no; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "no option '$1'" 64 ;;
  esac
done
[[ -z $user || $user =~ ^[a-z_][a-z0-9_-]{0,30}$ ]] || fail "--user: found '$user', expected a name of lower-case letters, digits, - and _" 64
[[ -z $port || ($port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535) ]] || fail "--port: found '$port', expected 1 to 65535" 64
[ "$(id -u)" -eq 0 ] || fail "installing needs root: sudo $0" 77
[ -d /run/systemd/system ] || fail "systemd does not run this machine: ./avatar up runs the avatar without it" 69

# --- what has to be there ---------------------------------------------------------------------------------------------

only_jar() {
  compgen -G "$root/$1/target/avatar-$1-*.jar" | head -1 ||
    fail "no $1 in $root/$1/target: build it first, as the owner of that folder: mvn -Dquick -DskipTests package" 66
}

# A Java 17 or later below /usr: the units let nothing else run.
find_java() {
  local candidate version
  for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" /usr/lib/jvm/java-17-openjdk-*/bin/java /usr/lib/jvm/java-21-openjdk-*/bin/java \
    /usr/lib/jvm/default-java/bin/java /usr/bin/java; do
    [ -x "$candidate" ] || continue
    candidate=$(readlink -f "$candidate")
    version=$("$candidate" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    if [ "${version:-0}" -ge 17 ] && [[ $candidate == /usr/* ]]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  fail "no Java 17 or later below /usr: apt-get install openjdk-17-jre-headless" 69
}

# Writes entry $2 of the archive $1 to the file $3.
unpack() {
  if command -v unzip >/dev/null; then
    unzip -p "$1" "$2" >"$3"
  elif command -v python3 >/dev/null; then
    python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' "$1" "$2" >"$3"
  elif [ -x "$(dirname "$java")/jar" ]; then
    (cd "$work" && "$(dirname "$java")/jar" xf "$1" "$2") && cp "$work/$2" "$3"
  else
    fail "nothing to unpack archives with: apt-get install unzip" 69
  fi
}

# --- changing, and changing back ----------------------------------------------------------------------------------------

work=$(mktemp -d)
changes=0
undo=()

restore() {
  local status=$? i
  trap - EXIT
  if [ "$status" -ne 0 ] && [ "${#undo[@]}" -gt 0 ]; then
    say "${red}✗${plain}" "failed: putting everything back" >&2
    for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
      eval "${undo[i]}" || say '!' "could not: ${undo[i]}" >&2
    done
  fi
  rm -rf "$work"
  exit "$status"
}
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

# Notes a command that takes a change back; quotes its words.
undoing() { undo+=("$(printf '%q ' "$@")"); }

directory() {
  if [ ! -d "$1" ]; then
    directory "$(dirname "$1")"
    mkdir "$1"
    undoing rmdir --ignore-fail-on-non-empty "$1"
  fi
}

# put FILE DESTINATION MODE [GROUP]: installs a file if it differs.
put() {
  if [ -f "$2" ] && cmp -s "$1" "$2"; then return 0; fi
  directory "$(dirname "$2")"
  if [ -e "$2" ]; then
    local saved
    saved=$(mktemp -p "$work" saved.XXXX)
    cp -a "$2" "$saved"
    undoing cp -a "$saved" "$2"
    say '~' "$2"
    if [ "$(stat -c %s "$2")" -lt 65536 ]; then diff -U0 "$2" "$1" | sed -n '3,$s/^/      /p' | grep -v '^      @@' || true; fi
  else
    undoing rm -f "$2"
    say '+' "$2"
  fi
  install -m "$3" -o root -g "${4:-root}" "$1" "$2.new"
  mv "$2.new" "$2"
  changes=$((changes + 1))
}

# Like put, but what a person may have edited stays.
put_once() {
  if [ -e "$2" ]; then
    cmp -s "$1" "$2" || say '=' "$2 is kept as it is"
  else
    put "$@"
  fi
}

secret() {
  [ -e "$1" ] && return 0
  head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$work/secret"
  put "$work/secret" "$1" 600
}

remove() {
  [ -e "$1" ] || return 0
  local saved
  saved=$(mktemp -p "$work" saved.XXXX)
  cp -a "$1" "$saved"
  undoing cp -a "$saved" "$1"
  rm -f "$1"
  say '-' "$1"
  changes=$((changes + 1))
}

# --- the pieces ---------------------------------------------------------------------------------------------------------

stage_program() {
  local module stage=$1 machine jna_machine
  for module in renderer exporter; do
    mkdir -p "$stage/$module"
    cp "$(only_jar "$module")" "$stage/$module/avatar-$module.jar"
    cp -r "$root/$module/target/lib" "$stage/$module/lib"
  done
  machine=$(uname -m)
  jna_machine=${machine//_/-}
  mkdir -p "$stage/native" "$stage/bin"
  unpack "$(compgen -G "$stage/renderer/lib/jna-[0-9]*.jar")" "com/sun/jna/linux-$jna_machine/libjnidispatch.so" "$stage/native/libjnidispatch.so"
  local cuda library
  if cuda=$(compgen -G "$stage/renderer/lib/jcuda-natives-*-linux-$machine.jar"); then
    local version=${cuda##*/jcuda-natives-}
    for library in JCudaDriver JNvrtc; do
      unpack "$cuda" "lib/lib$library-${version%.jar}.so" "$stage/native/lib$library-${version%.jar}.so"
    done
  fi
  install -m 755 "$here/scripts/avatar-backoff" "$here/avatar-service-manager.sh" "$here/uninstall-avatar-service.sh" "$stage/bin/"
  install -m 644 "$here/lib.sh" "$here/operate.sh" "$stage/bin/"
  install -m 755 "$here/monitor-avatar-health.sh" "$stage/bin/"
  install -D -m 755 -t "$stage/bin/scripts" "$here"/scripts/*.sh
  install -D -m 644 -t "$stage/alerting-rules" "$root/alerting-rules/thresholds.rules.yml"
  ln -s "$java" "$stage/java"
  chmod -R u=rwX,go=rX "$stage"
  chown -R root:root "$stage"
}

install_program() {
  local stage="$program.new"
  undoing rm -rf "$stage"
  rm -rf "$stage"
  mkdir -p "$stage"
  stage_program "$stage"
  if [ -d "$program" ] && diff -rq --no-dereference "$program" "$stage" >/dev/null; then
    rm -rf "$stage"
    return 0
  fi
  changes=$((changes + 1))
  rm -rf "$program.old"
  if [ -d "$program" ]; then
    undoing mv -T "$program.old" "$program"
    mv -T "$program" "$program.old"
    say '~' "$program"
  else
    say '+' "$program"
  fi
  undoing rm -rf "$program"
  mv -T "$stage" "$program"
}

installed_user() { sed -n 's/^User=//p' "$unit_directory/$renderer_unit" 2>/dev/null || true; }

install_accounts() {
  sed "s/^u starlord /u $user /" "$here/config/sysusers.conf" >"$work/sysusers"
  # An account that was there before is no system account of ours: its name is left out, and it outlives us.
  if ! grep -qs "^u $user " /usr/lib/sysusers.d/bev-avatar.conf && getent passwd "$user" >/dev/null; then
    sed -i "/^u $user /d" "$work/sysusers"
    say '=' "user $user exists: it is used as it is"
  fi
  local name
  for name in "$user" bev-avatar-exporter; do
    getent passwd "$name" >/dev/null || { undoing userdel "$name"; say '+' "system user $name"; }
  done
  getent group bev-avatar >/dev/null || { undoing groupdel bev-avatar; say '+' "system group bev-avatar"; }
  put "$work/sysusers" /usr/lib/sysusers.d/bev-avatar.conf 644
  systemd-sysusers /usr/lib/sysusers.d/bev-avatar.conf >"$work/sysusers.log" 2>&1 ||
    fail "systemd-sysusers: $(cat "$work/sysusers.log")" 70
}

install_settings() {
  put_once "$root/avatar.yaml.example" "$settings/avatar.yaml" 640 bev-avatar
  put "$root/avatar.yaml.example" "$settings/avatar.yaml.example" 644
  put_once "$here/config/environment" "$settings/environment" 640 bev-avatar
  if [ -n "$port" ]; then
    sed "/^#*BEV_AVATAR_PORT=/c BEV_AVATAR_PORT=$port
/^#*BEV_EXPORTER_RENDERER_URL=/c BEV_EXPORTER_RENDERER_URL=http://127.0.0.1:$port" "$settings/environment" >"$work/environment"
    grep -q '^BEV_AVATAR_PORT=' "$work/environment" || echo "BEV_AVATAR_PORT=$port" >>"$work/environment"
    grep -q '^BEV_EXPORTER_RENDERER_URL=' "$work/environment" || echo "BEV_EXPORTER_RENDERER_URL=http://127.0.0.1:$port" >>"$work/environment"
    put "$work/environment" "$settings/environment" 640 bev-avatar
  fi
  directory "$settings/credentials"
  chmod 700 "$settings/credentials"
  secret "$settings/credentials/control-password"
  secret "$settings/credentials/alert-token"
}

install_units() {
  sed "s/^User=starlord$/User=$user/" "$here/units/$renderer_unit" >"$work/$renderer_unit"
  put "$work/$renderer_unit" "$unit_directory/$renderer_unit" 644
  local unit
  for unit in "$exporter_unit" "$target_unit" bev-avatar.slice; do
    put "$here/units/$unit" "$unit_directory/$unit" 644
  done
  put "$here/config/tmpfiles.conf" /usr/lib/tmpfiles.d/bev-avatar.conf 644
  put "$root/docs/operations.md" "$documents/operations.md" 644
  if systemctl cat docker.service >/dev/null 2>&1; then
    put "$here/config/docker.conf" "$docker_drop_in" 644
  else
    remove "$docker_drop_in"
  fi
  if [ -e /dev/nvidiactl ] || [ -e /proc/driver/nvidia/version ]; then
    put "$here/config/exporter-gpu.conf" "$gpu_drop_in" 644
    put "$here/config/modules-load.conf" /usr/lib/modules-load.d/bev-avatar.conf 644
  fi
}

# After a failure, with everything back in its place.
resume_services() {
  systemctl daemon-reload
  if [ "$was_active" = yes ]; then systemctl restart --no-block "$target_unit"; fi
}

start_services() {
  systemctl is-enabled --quiet "$target_unit" 2>/dev/null || undoing systemctl disable --quiet "$target_unit" "$renderer_unit" "$exporter_unit"
  systemctl enable --quiet "$target_unit" "$renderer_unit" "$exporter_unit"
  [ "$start" = yes ] || { say '·' "nothing is started: systemctl start $target_unit"; return 0; }
  local since
  since=$(date '+%Y-%m-%d %H:%M:%S')
  if [ "$was_active" = no ]; then
    undoing systemctl stop "$target_unit" "$renderer_unit" "$exporter_unit"
    systemctl reset-failed "$renderer_unit" "$exporter_unit" 2>/dev/null || true
  fi
  local action=start
  if [ "$changes" -gt 0 ] && [ "$was_active" = yes ]; then action=restart; fi
  # Restarting the target restarts its parts; starting it starts those that are down.
  if ! systemctl --no-block "$action" "$target_unit" || ! settled; then
    journalctl --no-pager -o cat --since "$since" -u "$renderer_unit" -u "$exporter_unit" | tail -15 | sed 's/^/      /' >&2
    fail "the services do not run; what they said is above" 70
  fi
  say "${green}✓${plain}" "http://127.0.0.1:$(renderer_port)/  and  http://127.0.0.1:$(exporter_port)/metrics"
}

# Both answer within a minute.
settled() {
  local end=$((SECONDS + 60))
  while [ "$SECONDS" -lt "$end" ]; do
    if renderer_serves && exporter_serves; then return 0; fi
    if systemctl is-failed --quiet "$renderer_unit" || systemctl is-failed --quiet "$exporter_unit"; then return 1; fi
    sleep 0.2
  done
  return 1
}

validate() {
  local complaint
  complaint=$(systemd-analyze verify "$unit_directory/$renderer_unit" "$unit_directory/$exporter_unit" "$unit_directory/$target_unit" 2>&1 |
    grep -E 'bev-(avatar|advanced)' || true)
  [ -z "$complaint" ] || fail "systemd-analyze verify: $complaint" 70
}

java=$(find_java)
only_jar renderer >/dev/null
only_jar exporter >/dev/null
user=${user:-$(installed_user)}
user=${user:-starlord}
was_active=no
case "$(systemctl show -P ActiveState "$renderer_unit")" in active | activating | reloading) was_active=yes ;; esac

undoing resume_services
install_accounts
install_program
install_settings
install_units
systemctl daemon-reload
systemd-tmpfiles --create /usr/lib/tmpfiles.d/bev-avatar.conf
validate
start_services
rm -rf "$program.old"
if [ "$changes" -eq 0 ]; then say '=' "nothing to change"; fi
say "${green}✓${plain}" "installed: $program/bin/avatar-service-manager.sh status"
