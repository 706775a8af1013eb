#!/usr/bin/env bash
# Removes an installation made by install-avatar-service.sh.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/lib.sh
. "$here/lib.sh"

purge=no
case "${1:-}" in
  '') ;;
  --purge) purge=yes ;;
  -h | --help)
    cat <<'TEXT'
Usage: uninstall-avatar-service.sh [--purge]

Stops and removes the services and programs. Configuration, state and logs are kept for a later installation.

  --purge     also remove configuration, state, logs and the users that the installation created
  -h, --help  show this help
  --version   print the installed version
TEXT
    exit 0 ;;
  --version) exec cat "$program/version" ;;
  *) fail "unknown option '$1', expected --purge" 64 ;;
esac
[ $# -le 1 ] || fail "found '$2', expected no further argument" 64
[ "$(id -u)" -eq 0 ] || fail "removal requires root: sudo $0" 77
if dpkg-query -W -f '${Status}' bev-avatar 2>/dev/null | grep -q 'ok installed'; then
  fail "the package bev-avatar is installed; run: apt-get remove bev-avatar, or apt-get purge bev-avatar" 69
fi

remove_paths() {
  local path
  for path in "$@"; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      rm -rf "$path"
      report '-' "$path"
    fi
  done
}

[ -d /run/systemd/system ] || fail "systemd is not running on this machine" 69
acquire_lock
# Completes even if the terminal closes.
trap '' HUP PIPE

if [ -x "$program/bin/avatar-stack" ]; then "$program/bin/avatar-stack" disable; fi
units=("$target_unit" bev-avatar-restart.timer "$renderer_unit" "$exporter_unit" "$gpu_unit" "$archive_unit")
for unit in "${units[@]}" bev-avatar.slice; do
  systemctl stop "$unit" 2>/dev/null || true
done
systemctl disable --quiet "${units[@]}" "$docker_unit" 2>/dev/null || true
systemctl reset-failed "${units[@]}" 2>/dev/null || true

if [ -r "$installed_files" ]; then
  while read -r sum file; do
    case "$file" in
      /etc/*)
        # Edited files count as configuration.
        if [ "$purge" = no ] && [ -e "$file" ] && [ "$sum" != "$(sha256sum "$file" | cut -d ' ' -f 1)" ]; then
          report '=' "$file has been edited and is kept"
          continue
        fi ;;
    esac
    remove_paths "$file"
  done <"$installed_files"
fi
remove_paths "$docker_drop_in" "$gpu_drop_in" "$modules_load" /run/bev-avatar-renderer /run/bev-avatar-exporter /run/bev-avatar-gpu \
  /run/bev-avatar-devices /usr/share/doc/bev-avatar "$cache" "$shared" "$shared".new "$shared".old "$program.new" "$program.old"
rmdir "$(dirname "$docker_drop_in")" "$(dirname "$gpu_drop_in")" 2>/dev/null || true
if [ "$purge" = yes ]; then
  if [ -r "$accounts" ]; then
    # Users first: deleting the last user deletes its group.
    while read -r kind name; do
      if ! getent "${kind/user/passwd}" "$name" >/dev/null; then
        : # deleted with its user
      elif complaint=$("${kind}del" "$name" 2>&1); then
        report '-' "system $kind $name"
      else
        report '!' "$kind $name is kept: ${complaint#*: }"
      fi
    done < <(sort -r "$accounts")
  fi
  remove_paths "$settings" "$state" "$logs"
  for unit in "${units[@]}" bev-avatar-restart.service bev-avatar.slice; do
    remove_paths "/etc/systemd/system/$unit" "/etc/systemd/system/$unit.d"
  done
elif [ -d "$settings" ] || [ -d "$state" ]; then
  report '=' "$settings, $state, $logs and the users are kept; --purge removes them"
fi
systemctl daemon-reload
if command -v udevadm >/dev/null; then udevadm control --reload 2>/dev/null || true; fi
# Last, because this script is in it.
remove_paths "$program"
