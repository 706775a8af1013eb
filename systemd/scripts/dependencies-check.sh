#!/usr/bin/env bash
# Checks the dependencies: Java, libraries, Docker, Redis, MCP server. --json prints one object. Exit code 0: OK,
# 1: warnings, 2: failures.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/../operate.sh"
exporter_command "$(renderer_user)" check dependencies "$@"
