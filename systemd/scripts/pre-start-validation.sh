#!/usr/bin/env bash
# Sees whether this machine can run the avatar, as the renderer's user: user, configuration, folders, room, ports, what runs
# beside it, GPU. --json prints one object. Ends with 0, 1 (warnings) or 2 (a failure).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"
exporter_command "$(renderer_user)" check prestart "$@"
