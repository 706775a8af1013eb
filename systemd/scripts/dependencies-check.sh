#!/usr/bin/env bash
# Sees whether what the avatar needs beside it is there: Java, libraries, Docker, Redis, the MCP server. --json prints one
# object. Ends with 0, 1 (warnings) or 2 (a failure).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"
exporter_command "$(renderer_user)" check dependencies "$@"
