#!/usr/bin/env bash
# Stops the services. --drain SECONDS first turns viewers away and waits so long for the last to go. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"

patience=0
while [ $# -gt 0 ]; do
  case "$1" in
    --drain)
      patience=${2:-}
      [[ $patience =~ ^[0-9]{1,4}$ ]] || fail "--drain: found '$patience', expected seconds from 0 to 9999" 64
      shift ;;
    -h | --help)
      echo "Usage: $(basename "$0") [--drain SECONDS]: stops the services; --drain first sends viewers away and waits so long for the last to go"
      exit 0 ;;
    *) fail "stop: found '$1', there is --drain SECONDS" 64 ;;
  esac
  shift
done
operates stop

viewers() { json_field "$(jolokia '{"type":"read","mbean":"bev.avatar:type=Stream","attribute":"Viewers"}')" value; }

if [ "$((10#$patience))" -gt 0 ] && steady "$renderer_unit"; then
  mbean_exec Renderer drain >/dev/null
  say '·' "draining: the state is saved, viewers are sent away"
  end=$((SECONDS + 10#$patience))
  while [ "$SECONDS" -lt "$end" ] && left=$(viewers) && [ "${left:-0}" != 0 ]; do sleep 0.2; done
fi
systemctl stop "$target_unit" "${services[@]}"
say "${green}✓${plain}" "stopped"
