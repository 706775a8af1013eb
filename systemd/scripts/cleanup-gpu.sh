#!/usr/bin/env bash
# Ends processes of an earlier run of the renderer's unit that still hold GPU memory, and no others. Ends with 0 when none is
# left, 1 when one could not be ended.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"

# The run at work is left alone.
running=()
case "$(property "$renderer_unit" ActiveState)" in
  active | activating | reloading | deactivating) running=(--running "$(property "$renderer_unit" InvocationID)") ;;
esac
exporter_command root gpu-cleanup --unit "$renderer_unit" "${running[@]}" "$@"
