#!/usr/bin/env bash
# Judges the running avatar by the thresholds of the alerts: once (the default), status (the last result), monitor (until
# stopped). --json prints objects. Ends with 0, 1 (warnings) or 2 (critical).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/operate.sh"
exporter_command "$(exporter_user)" health "$@"
