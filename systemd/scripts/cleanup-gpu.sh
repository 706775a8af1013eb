#!/usr/bin/env bash
# Ends processes of earlier runs of the renderer's unit that still hold GPU memory, and no other processes. Exit code 0: none
# left, 1: a process could not be ended.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"

# The current run is spared.
running=()
case "$(property "$renderer_unit" ActiveState)" in
  active | activating | reloading | deactivating) running=(--running "$(property "$renderer_unit" InvocationID)") ;;
esac
exporter_command root gpu-cleanup --unit "$renderer_unit" "${running[@]}" "$@"
