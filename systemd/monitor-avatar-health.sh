#!/usr/bin/env bash
# Checks the running avatar against the alert thresholds: once (default), status (last result), monitor (until stopped).
# --json prints objects. Exit code 0: OK, 1: warnings, 2: critical.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/operate.sh"
exporter_command "$(exporter_user)" health "$@"
