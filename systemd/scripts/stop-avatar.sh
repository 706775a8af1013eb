#!/usr/bin/env bash
# Stops the services. --drain SECONDS first disconnects the viewers and waits up to SECONDS for the last one. Requires root.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"

drain_timeout=0
while [ $# -gt 0 ]; do
  case "$1" in
    --drain)
      drain_timeout=${2:-}
      [[ $drain_timeout =~ ^[0-9]{1,4}$ ]] || fail "--drain: found '$drain_timeout', expected seconds from 0 to 9999" 64
      shift ;;
    -h | --help)
      echo "Usage: $(basename "$0") [--drain SECONDS]: stop the services; --drain first disconnects the viewers and waits up to SECONDS for the last one"
      exit 0 ;;
    *) fail "stop: found '$1', expected --drain SECONDS" 64 ;;
  esac
  shift
done
require_installation stop

viewers() { json_field "$(jolokia '{"type":"read","mbean":"bev.avatar:type=Stream","attribute":"Viewers"}')" value; }

if [ "$((10#$drain_timeout))" -gt 0 ] && steady "$renderer_unit"; then
  mbean_exec Renderer drain >/dev/null
  report '·' "draining: state saved, disconnecting viewers"
  end=$((SECONDS + 10#$drain_timeout))
  while [ "$SECONDS" -lt "$end" ] && left=$(viewers) && [ "${left:-0}" != 0 ]; do sleep 0.2; done
fi
systemctl stop "$target_unit" "${services[@]}"
report "${green}✓${plain}" "stopped"
