#!/usr/bin/env bash
# Sees whether the GPU can render: driver, CUDA, memory, a kernel that runs, set-up. --json prints one object. Ends with 0, 1
# (warnings) or 2 (a failure).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"
exporter_command "$(renderer_user)" check gpu "$@"
