#!/usr/bin/env bash
# Starts the services and waits until the renderer is ready. --force starts even if a check fails. Requires root.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"

force=no
while [ $# -gt 0 ]; do
  case "$1" in
    --force) force=yes ;;
    -h | --help)
      echo "Usage: $(basename "$0") [--force]: run the checks, start the services and wait until the renderer is ready; --force starts even if a check fails"
      exit 0 ;;
    *) fail "start: found '$1', expected --force" 64 ;;
  esac
  shift
done
require_installation start
if renderer_serves && exporter_serves; then
  report '=' "already running: $(renderer_url)"
  exit 0
fi

case "$(property "$renderer_unit" ActiveState)" in
  active | activating | reloading) ;; # its ports are in use by itself
  *)
    status=0
    findings=$(exporter_command "$(renderer_user)" check prestart) || status=$?
    if [ "$status" -ge 2 ]; then
      awk '/^  [^ ]/ { shown = /^  ✗/ } shown' <<<"$findings"
      [ "$force" = yes ] || fail "not started; fix the failed checks above, or use --force" 69
    elif [ "$status" -eq 1 ]; then
      report "${yellow}!${plain}" "checks: ${findings##*prestart: }  (details: avatar check prestart)"
    else
      report "${green}✓${plain}" "checks passed"
    fi ;;
esac
systemctl reset-failed "${services[@]}" 2>/dev/null || true
systemctl --no-block start "$target_unit"
await_ready
