#!/usr/bin/env bash
# Stops the services. --drain SECONDS first turns viewers away and waits so long for the last to go. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"

patience=0
case "${1:-}" in
  '') ;;
  --drain)
    patience=${2:?--drain needs a number of seconds}
    [[ $patience =~ ^[0-9]{1,4}$ ]] || fail "--drain: found '$patience', expected seconds from 0 to 9999" 64 ;;
  *) fail "no option '$1'; there is --drain SECONDS" 64 ;;
esac
[ "$(id -u)" -eq 0 ] || fail "stopping needs root: sudo $0" 77

viewers() { json_field "$(jolokia '{"type":"read","mbean":"bev.avatar:type=Stream","attribute":"Viewers"}')" value; }

if [ "$patience" -gt 0 ] && steady "$renderer_unit"; then
  mbean_exec Renderer drain >/dev/null
  say '·' "draining: the state is saved, viewers are sent away"
  end=$((SECONDS + patience))
  while [ "$SECONDS" -lt "$end" ] && left=$(viewers) && [ "${left:-0}" != 0 ]; do sleep 0.2; done
fi
systemctl stop "$target_unit" "${services[@]}"
say "${green}✓${plain}" "stopped"
