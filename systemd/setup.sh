# shellcheck shell=bash
# What installer and package do alike on a machine, beyond putting files in their places: accounts, Java, settings, secrets,
# shellcheck disable=SC2154 # variables of lib.sh, and user
# drop-ins. Every change is told, and noted with the command that takes it back. Needs lib.sh, and the variable user.

# What is made here is for services of other users, too, whatever the caller lets others read.
umask 022
work=$(mktemp -d)
changes=0
undo=()

# Takes everything back after a failure; removes the notes.
restore() {
  local status=$? i
  # To the end, also when the terminal is gone or somebody loses patience.
  set +e
  trap - EXIT
  trap '' HUP INT PIPE TERM
  if [ "$status" -ne 0 ] && [ "${#undo[@]}" -gt 0 ]; then
    say "${red}✗${plain}" "failed: putting everything back" >&2
    for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
      eval "${undo[i]}" || say '!' "could not: ${undo[i]}" >&2
    done
  fi
  if declare -F keep_log >/dev/null; then keep_log; fi
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

saved_copy() {
  local saved
  saved=$(mktemp -p "$work" saved.XXXX)
  cp -a "$1" "$saved"
  undoing cp -a "$saved" "$1"
}

# put FILE DESTINATION MODE [GROUP]: installs a file if it differs; shows how, where it decides what runs.
put() {
  if [ -f "$2" ] && cmp -s "$1" "$2"; then return 0; fi
  directory "$(dirname "$2")"
  if [ -e "$2" ]; then
    saved_copy "$2"
    say '~' "$2"
    case $2 in
      /etc/* | "$unit_directory"/*) diff -U0 "$2" "$1" | sed -n '3,$s/^/      /p' | grep -v '^      @@' || true ;;
    esac
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

remove() {
  [ -e "$1" ] || return 0
  saved_copy "$1"
  rm -f "$1"
  say '-' "$1"
  changes=$((changes + 1))
}

# --- the machine --------------------------------------------------------------------------------------------------------

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
  fail "no Java 17 or later below /usr: apt-get install openjdk-17-jre-headless, or openjdk-21-jre-headless" 69
}

setup_java() {
  local java before=''
  java=$(find_java) || return
  if [ -L "$program/java" ]; then before=$(readlink "$program/java"); fi
  [ "$java" != "$before" ] || return 0
  if [ -n "$before" ]; then undoing ln -sfn "$before" "$program/java"; else undoing rm -f "$program/java"; fi
  ln -sfn "$java" "$program/java"
  if [ -n "$before" ]; then say '~' "$program/java -> $java"; else say '+' "$program/java -> $java"; fi
  changes=$((changes + 1))
}

# Users and group; those that are made here are noted, because purging removes these alone.
setup_accounts() {
  local name
  directory "$state"
  [ -e "$accounts" ] || { undoing rm -f "$accounts"; : >"$accounts"; }
  for name in "$user" bev-avatar-exporter; do
    if getent passwd "$name" >/dev/null; then
      grep -qx "user $name" "$accounts" || say '=' "user $name exists: it is used as it is"
    else
      undoing userdel "$name"
      echo "user $name" >>"$accounts"
      say '+' "system user $name"
    fi
  done
  if ! getent group bev-avatar >/dev/null; then
    undoing groupdel bev-avatar
    echo "group bev-avatar" >>"$accounts"
    say '+' "system group bev-avatar"
  fi
  systemd-sysusers /usr/lib/sysusers.d/bev-avatar.conf >"$work/sysusers.log" 2>&1 ||
    fail "systemd-sysusers: $(cat "$work/sysusers.log")" 70
}

secret() {
  [ -e "$1" ] && return 0
  head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$work/secret"
  put "$work/secret" "$1" 600
}

# setup_settings [PORT]
setup_settings() {
  put_once "$shared/avatar.yaml.example" "$settings/avatar.yaml" 640 bev-avatar
  put "$shared/avatar.yaml.example" "$settings/avatar.yaml.example" 644
  put_once "$shared/environment" "$settings/environment" 640 bev-avatar
  if [ -n "${1:-}" ]; then
    sed "/^#*BEV_AVATAR_PORT=/c BEV_AVATAR_PORT=$1
/^#*BEV_EXPORTER_RENDERER_URL=/c BEV_EXPORTER_RENDERER_URL=http://127.0.0.1:$1" "$settings/environment" >"$work/environment"
    grep -q '^BEV_AVATAR_PORT=' "$work/environment" || echo "BEV_AVATAR_PORT=$1" >>"$work/environment"
    grep -q '^BEV_EXPORTER_RENDERER_URL=' "$work/environment" || echo "BEV_EXPORTER_RENDERER_URL=http://127.0.0.1:$1" >>"$work/environment"
    put "$work/environment" "$settings/environment" 640 bev-avatar
  fi
  directory "$settings/credentials"
  chmod 700 "$settings/credentials"
  secret "$settings/credentials/control-password"
  secret "$settings/credentials/alert-token"
}

# What some machines have.
setup_drop_ins() {
  if systemctl cat docker.service >/dev/null 2>&1; then
    put "$shared/docker.conf" "$docker_drop_in" 644
  else
    remove "$docker_drop_in"
  fi
  if [ -e /dev/nvidiactl ] || [ -e /proc/driver/nvidia/version ]; then
    put "$shared/exporter-gpu.conf" "$gpu_drop_in" 644
    put "$shared/modules-load.conf" "$modules_load" 644
  fi
}

# systemd, udev and tmpfiles hear of what has come.
announce_files() {
  systemctl daemon-reload
  systemd-tmpfiles --create /usr/lib/tmpfiles.d/bev-avatar.conf
  if command -v udevadm >/dev/null; then udevadm control --reload 2>/dev/null || true; fi
}

# make_archives COMMAND: has the class archives made, by "COMMAND start" of their unit, and waits: what starts next starts
# from them. Without them it only takes longer.
make_archives() {
  local since
  [ -d "$cache" ] || undoing rm -rf "$cache"
  since=$(date '+%Y-%m-%d %H:%M:%S')
  "$1" start "$archive_unit" || true
  # The unit ends itself after two minutes.
  while :; do
    case "$(systemctl show -P ActiveState "$archive_unit")" in
      active | activating | deactivating) sleep 0.2 ;;
      *) break ;;
    esac
  done
  if [ ! -e "$cache/renderer.env" ]; then
    say '!' "no class archives: starts take longer; $(journalctl -q --no-pager -o cat --since "$since" -t "${archive_unit%.service}" | tail -1)"
  fi
}

# setup_machine [PORT]: all of it.
setup_machine() {
  setup_accounts
  setup_java
  setup_settings "${1:-}"
  setup_drop_ins
  announce_files
}
