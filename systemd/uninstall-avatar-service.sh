#!/usr/bin/env bash
# Removes what install-avatar-service.sh installed.
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

Stops and removes the services and the programs. Configuration, state and logs stay, for a later installation;
--purge removes these too, and the users that the installation made.
TEXT
    exit 0 ;;
  *) fail "no option '$1'; there is --purge" 64 ;;
esac
[ $# -le 1 ] || fail "found '$2', expected nothing more" 64
[ "$(id -u)" -eq 0 ] || fail "uninstalling needs root: sudo $0" 77
if dpkg-query -W -f '${Status}' bev-avatar 2>/dev/null | grep -q 'ok installed'; then
  fail "the package bev-avatar is installed: apt-get remove bev-avatar, or purge" 69
fi

gone() {
  local path
  for path in "$@"; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      rm -rf "$path"
      say '-' "$path"
    fi
  done
}

[ -d /run/systemd/system ] || fail "systemd does not run this machine: nothing that this removes runs here" 69
alone
# A terminal that goes away does not leave half of it.
trap '' HUP PIPE

if [ -x "$program/bin/avatar-stack" ]; then "$program/bin/avatar-stack" disable; fi
units=("$target_unit" bev-avatar-restart.timer "$renderer_unit" "$exporter_unit" "$gpu_unit" "$archive_unit")
for unit in "${units[@]}" bev-avatar.slice; do
  systemctl stop "$unit" 2>/dev/null || true
done
systemctl disable --quiet "${units[@]}" 2>/dev/null || true
systemctl reset-failed "${units[@]}" 2>/dev/null || true

if [ -r "$installed_files" ]; then
  while read -r sum file; do
    case "$file" in
      /etc/*)
        # Somebody's edits are configuration, and stay as such.
        if [ "$purge" = no ] && [ -e "$file" ] && [ "$sum" != "$(sha256sum "$file" | cut -d ' ' -f 1)" ]; then
          say '=' "$file was edited: it stays"
          continue
        fi ;;
    esac
    gone "$file"
  done <"$installed_files"
fi
gone "$docker_drop_in" "$gpu_drop_in" "$modules_load" /run/bev-avatar-renderer /run/bev-avatar-exporter /run/bev-avatar-gpu \
  /run/bev-avatar-devices /usr/share/doc/bev-avatar "$cache" "$shared" "$shared".new "$shared".old "$program.new" "$program.old"
rmdir "$(dirname "$docker_drop_in")" "$(dirname "$gpu_drop_in")" 2>/dev/null || true
if [ "$purge" = yes ]; then
  if [ -r "$accounts" ]; then
    # Users first: a group goes when none has it.
    while read -r kind name; do
      if ! getent "${kind/user/passwd}" "$name" >/dev/null; then
        : # gone with its user
      elif complaint=$("${kind}del" "$name" 2>&1); then
        say '-' "system $kind $name"
      else
        say '!' "the $kind $name stays: ${complaint#*: }"
      fi
    done < <(sort -r "$accounts")
  fi
  gone "$settings" "$state" "$logs"
  for unit in "${units[@]}" bev-avatar-restart.service bev-avatar.slice; do
    gone "/etc/systemd/system/$unit" "/etc/systemd/system/$unit.d"
  done
elif [ -d "$settings" ] || [ -d "$state" ]; then
  say '=' "$settings, $state, $logs and the users stay; --purge removes them"
fi
systemctl daemon-reload
if command -v udevadm >/dev/null; then udevadm control --reload 2>/dev/null || true; fi
# Last: this script lies there.
gone "$program"
