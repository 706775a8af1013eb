# shellcheck shell=bash
# Set-up steps of installer and package, besides copying files: accounts, Java, configuration, secrets, drop-ins. Each change is
# printed and recorded with the command that reverts it. Needs lib.sh and the variable user.
# shellcheck disable=SC2154 # variables of lib.sh, and user

# The services of other users read these files, whatever the caller's umask is.
umask 022
work=$(mktemp -d)
changes=0
undo=()

# Reverts all changes after a failure; removes the working directory.
restore() {
  local status=$? i
  # Runs to its end even if the terminal closes or Ctrl-C is pressed.
  set +e
  trap - EXIT
  trap '' HUP INT PIPE TERM
  if [ "$status" -ne 0 ] && [ "${#undo[@]}" -gt 0 ]; then
    report "${red}✗${plain}" "failed; reverting all changes" >&2
    for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
      eval "${undo[i]}" || report '!' "not reverted: ${undo[i]}" >&2
    done
  fi
  if [ "$status" -ne 0 ] && [ "${#undo[@]}" -gt 0 ] && declare -F report_running >/dev/null; then report_running; fi
  if declare -F keep_log >/dev/null; then keep_log; fi
  rm -rf "$work"
  exit "$status"
}
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM

# on_failure COMMAND...: records the command that reverts a change.
on_failure() { undo+=("$(printf '%q ' "$@")"); }

directory() {
  if [ ! -d "$1" ]; then
    directory "$(dirname "$1")"
    mkdir "$1"
    on_failure rmdir --ignore-fail-on-non-empty "$1"
  fi
}

saved_copy() {
  local saved
  saved=$(mktemp -p "$work" saved.XXXX)
  cp -a "$1" "$saved"
  on_failure cp -a "$saved" "$1"
}

# put FILE DESTINATION MODE [GROUP]: installs a file if it differs; shows the difference of units and of configuration that is edited.
put() {
  if [ -f "$2" ] && cmp -s "$1" "$2"; then return 0; fi
  directory "$(dirname "$2")"
  if [ -e "$2" ]; then
    saved_copy "$2"
    report '~' "$2"
    case $2 in
      *.example | "$settings"/stack/*.rules.yml | *.json) ;;
      /etc/* | "$unit_directory"/*) diff -U0 "$2" "$1" | sed -n '3,$s/^/      /p' | grep -v '^      @@' || true ;;
    esac
  else
    on_failure rm -f "$2"
    report '+' "$2"
  fi
  install -m "$3" -o root -g "${4:-root}" "$1" "$2.new"
  mv "$2.new" "$2"
  changes=$((changes + 1))
}

# Like put, but keeps an existing file, which may have been edited.
put_if_absent() {
  if [ -e "$2" ]; then
    cmp -s "$1" "$2" || report '=' "$2 is kept unchanged"
  else
    put "$@"
  fi
}

remove() {
  [ -e "$1" ] || return 0
  saved_copy "$1"
  rm -f "$1"
  report '-' "$1"
  changes=$((changes + 1))
}

# --- the machine --------------------------------------------------------------------------------------------------------

# Java 17 or later below /usr: the units allow no other executables.
find_java() {
  local candidate version
  for candidate in "${JAVA_HOME:+$JAVA_HOME/bin/java}" /usr/lib/jvm/java-17-openjdk-*/bin/java /usr/lib/jvm/java-21-openjdk-*/bin/java \
    /usr/lib/jvm/default-java/bin/java /usr/bin/java /usr/lib/jvm/*/bin/java; do
    [ -x "$candidate" ] || continue
    candidate=$(readlink -f "$candidate")
    version=$("$candidate" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    if [ "${version:-0}" -ge 17 ] && [[ $candidate == /usr/* ]]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  fail "no Java 17 or later found below /usr; run: apt-get install openjdk-17-jre-headless (or openjdk-21-jre-headless)" 69
}

setup_java() {
  local java before=''
  java=$(find_java) || return
  if [ -L "$program/java" ]; then before=$(readlink "$program/java"); fi
  [ "$java" != "$before" ] || return 0
  if [ -n "$before" ]; then on_failure ln -sfn "$before" "$program/java"; else on_failure rm -f "$program/java"; fi
  ln -sfn "$java" "$program/java"
  if [ -n "$before" ]; then report '~' "$program/java -> $java"; else report '+' "$program/java -> $java"; fi
  changes=$((changes + 1))
}

# Creates users and groups, and records them: purging removes only these.
setup_accounts() {
  local name
  directory "$state"
  [ -e "$accounts" ] || { on_failure rm -f "$accounts"; : >"$accounts"; }
  for name in "$user" bev-avatar-exporter; do
    if getent passwd "$name" >/dev/null; then
      grep -qx "user $name" "$accounts" || report '=' "user $name exists and is used"
    else
      on_failure userdel "$name"
      echo "user $name" >>"$accounts"
      report '+' "system user $name"
    fi
  done
  if ! getent group bev-avatar >/dev/null; then
    on_failure groupdel bev-avatar
    echo "group bev-avatar" >>"$accounts"
    report '+' "system group bev-avatar"
  fi
  systemd-sysusers /usr/lib/sysusers.d/bev-avatar.conf >"$work/sysusers.log" 2>&1 ||
    fail "systemd-sysusers: $(cat "$work/sysusers.log")" 70
}

secret() {
  [ -e "$1" ] && return 0
  head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$work/secret"
  put "$work/secret" "$1" 600
}

# Version 0.1 installed a copy of all defaults as avatar.yaml. Replaces such a file by the values that differ from those defaults.
shorten_settings() {
  local full=$settings/avatar.yaml status=0
  [ -e "$full" ] && [ -e "$settings/avatar.yaml.example" ] || return 0
  "$program/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m -jar "$program/exporter/avatar-exporter.jar" config shorten \
    "$full" "$settings/avatar.yaml.example" "$shared/avatar.yaml" >"$work/short.yaml" 2>"$work/short.log" || status=$?
  case $status in
    0) ;;
    1) return 0 ;; # not a full copy
    *)
      report '!' "$full keeps all earlier defaults: $(head -1 "$work/short.log")"
      return 0 ;;
  esac
  saved_copy "$full"
  [ -e "$full.0.1" ] || on_failure rm -f "$full.0.1"
  mv "$full" "$full.0.1"
  install -m 640 -o root -g bev-avatar "$work/short.yaml" "$full"
  changes=$((changes + 1))
  report '~' "$full: only the values that differ from the defaults; the previous file is $full.0.1"
  sed -n '/^ *#/d; /./s/^/      /p' "$full"
}

# setup_settings [PORT]
setup_settings() {
  local before=$changes
  shorten_settings
  if [ "$changes" -eq "$before" ]; then put_if_absent "$shared/avatar.yaml" "$settings/avatar.yaml" 640 bev-avatar; fi
  put "$shared/avatar.yaml.example" "$settings/avatar.yaml.example" 644
  put_if_absent "$shared/environment" "$settings/environment" 640 bev-avatar
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

# Drop-ins for Docker and NVIDIA, where present.
setup_drop_ins() {
  if ! systemctl cat docker.service >/dev/null 2>&1; then
    if [ "$(docker_coupling)" = on ]; then remove "$docker_drop_in"; fi
    if [ -L "$docker_wants" ]; then systemctl disable --quiet "$docker_unit"; fi
  elif [ "$(docker_coupling)" = off ]; then
    report '=' "the renderer does not depend on Docker, as set with: avatar docker off"
  else
    put "$shared/docker.conf" "$docker_drop_in" 644
    if [ ! -L "$docker_wants" ]; then
      on_failure systemctl disable --quiet "$docker_unit"
      systemctl daemon-reload
      systemctl enable --quiet "$docker_unit"
    fi
    report '=' "the renderer requires Docker, and stops and starts with it; to change that: avatar docker off"
  fi
  if [ -e /dev/nvidiactl ] || [ -e /proc/driver/nvidia/version ]; then
    put "$shared/exporter-gpu.conf" "$gpu_drop_in" 644
    put "$shared/modules-load.conf" "$modules_load" 644
    report '·' "exclusive GPU access is off: with it CUDA fails in all other processes; to change that: avatar config set gpu-setup.exclusive-process true"
  fi
}

# Enables and starts the local Redis that the configuration names.
start_redis() {
  local unit
  redis_is_local && ! redis_answers || return 0
  unit=$(redis_unit)
  [ -n "$unit" ] || return 0
  if systemctl enable --quiet --now "$unit"; then
    report '+' "$unit enabled and started"
  else
    report '!' "$unit does not start; see: journalctl -u $unit" >&2
  fi
}

# Makes systemd, tmpfiles and udev read the new files.
announce_files() {
  systemctl daemon-reload
  systemd-tmpfiles --create /usr/lib/tmpfiles.d/bev-avatar.conf
  if command -v udevadm >/dev/null; then udevadm control --reload 2>/dev/null || true; fi
}

# make_archives COMMAND: creates the class archives with "COMMAND start" of their unit, and waits, so that the services start
# from them. Without archives the services start more slowly.
make_archives() {
  local since deadline=$((SECONDS + 120))
  [ -d "$cache" ] || on_failure rm -rf "$cache"
  since=$(date '+%Y-%m-%d %H:%M:%S')
  "$1" start "$archive_unit" || true
  # A busy machine takes longer; then the services use the archives from their next start.
  while [ "$SECONDS" -lt "$deadline" ]; do
    case "$(systemctl show -P ActiveState "$archive_unit")" in
      active | activating | deactivating) sleep 0.2 ;;
      *) break ;;
    esac
  done
  if [ "$SECONDS" -ge "$deadline" ]; then
    report '·' "class archives for faster starts are not finished yet; the services use them from their next start"
  elif [ ! -e "$cache/renderer.env" ]; then
    report '!' "no class archives, the services start more slowly: $(journalctl -q --no-pager -o cat --since "$since" -t "${archive_unit%.service}" | tail -1)"
  fi
}

# setup_machine [PORT]: all steps.
setup_machine() {
  setup_accounts
  setup_java
  setup_settings "${1:-}"
  setup_drop_ins
  announce_files
}
