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
--purge removes these too, and the system users.
TEXT
    exit 0 ;;
  *) fail "no option '$1'; there is --purge" 64 ;;
esac
[ "$(id -u)" -eq 0 ] || fail "uninstalling needs root: sudo $0" 77

gone() {
  local path
  for path in "$@"; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      rm -rf "$path"
      say '-' "$path"
    fi
  done
}

units=("$target_unit" "$renderer_unit" "$exporter_unit")
for unit in "${units[@]}" bev-avatar.slice; do
  systemctl stop "$unit" 2>/dev/null || true
done
systemctl disable --quiet "${units[@]}" 2>/dev/null || true
systemctl reset-failed "${units[@]}" 2>/dev/null || true

accounts=()
if [ -r /usr/lib/sysusers.d/bev-avatar.conf ]; then
  mapfile -t accounts < <(awk '$1 == "u" { print $2 }' /usr/lib/sysusers.d/bev-avatar.conf)
fi
for unit in "${units[@]}" bev-avatar.slice; do gone "$unit_directory/$unit"; done
gone "$docker_drop_in" "$gpu_drop_in" /usr/lib/modules-load.d/bev-avatar.conf /usr/lib/tmpfiles.d/bev-avatar.conf \
  /run/bev-avatar-renderer /run/bev-avatar-exporter "$documents" "$program.new" "$program.old"
rmdir "$(dirname "$docker_drop_in")" "$(dirname "$gpu_drop_in")" 2>/dev/null || true
if [ "$purge" = yes ]; then
  gone /usr/lib/sysusers.d/bev-avatar.conf "$settings" "$state" "$logs"
  for unit in "$renderer_unit" "$exporter_unit"; do gone "/etc/systemd/system/$unit.d"; done
  for account in "${accounts[@]}"; do
    if userdel "$account" 2>/dev/null; then say '-' "system user $account"; fi
  done
  if groupdel bev-avatar 2>/dev/null; then say '-' "system group bev-avatar"; fi
elif [ -d "$settings" ] || [ -d "$state" ]; then
  say '=' "$settings, $state, $logs and the users stay; --purge removes them"
fi
systemctl daemon-reload
# Last: this script lies there.
gone "$program"
