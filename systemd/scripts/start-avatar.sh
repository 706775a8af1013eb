#!/usr/bin/env bash
# Starts the services and waits until frames flow. --force starts also when a check fails. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"

force=no
while [ $# -gt 0 ]; do
  case "$1" in
    --force) force=yes ;;
    -h | --help)
      echo "Usage: $(basename "$0") [--force]: runs the checks, starts the services, waits until frames flow; --force starts also when a check fails"
      exit 0 ;;
    *) fail "start: found '$1', there is --force" 64 ;;
  esac
  shift
done
operates start
if renderer_serves && exporter_serves; then
  say '=' "runs already: $(renderer_url)"
  exit 0
fi

case "$(property "$renderer_unit" ActiveState)" in
  active | activating | reloading) ;; # its ports are its own
  *)
    status=0
    findings=$(exporter_command "$(renderer_user)" check prestart) || status=$?
    if [ "$status" -ge 2 ]; then
      awk '/^  [^ ]/ { shown = /^  ✗/ } shown' <<<"$findings"
      [ "$force" = yes ] || fail "not started: mend what is marked above, or start all the same with --force" 69
    elif [ "$status" -eq 1 ]; then
      say "${yellow}!${plain}" "checks: ${findings##*prestart: }  (all of them: $here/pre-start-validation.sh)"
    else
      say "${green}✓${plain}" "checks"
    fi ;;
esac
systemctl reset-failed "${services[@]}" 2>/dev/null || true
systemctl --no-block start "$target_unit"
await_ready
