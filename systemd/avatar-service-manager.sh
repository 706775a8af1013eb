#!/usr/bin/env bash
# Operates the installed services.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/lib.sh
. "$here/lib.sh"

usage() {
  cat <<'TEXT'
Usage: avatar-service-manager.sh COMMAND

  start, stop, restart    the services; start and restart wait until frames flow (root)
  enable, disable         whether they start at boot (root)
  recover                 ends what the units run, at once, forgets their failures, and starts (root)
  status                  state, uptime, address, picture and memory
  health                  status and reasons, as JSON; exit code 0 when all is well, 1 degraded, 2 down
  health monitor          the same, every 5 seconds
  logs [N | follow]       the last N lines of the journal (100), or those that come
  diagnostics [FILE]      an archive for those who help: no secrets in it (root)
TEXT
}

services=("$renderer_unit" "$exporter_unit")

property() { systemctl show -P "$2" "$1"; }

await_ready() {
  local end=$((SECONDS + 120)) shown='' now
  while [ "$SECONDS" -lt "$end" ]; do
    if renderer_serves; then
      say "${green}✓${plain}" "http://127.0.0.1:$(renderer_port)/"
      return 0
    fi
    now="$(property "$renderer_unit" ActiveState) $(property "$renderer_unit" StatusText)"
    if [ "$now" != "$shown" ]; then say '·' "renderer: $now"; fi
    shown=$now
    if [ "${now%% *}" = failed ]; then break; fi
    sleep 0.3
  done
  journalctl --no-pager -o cat -n 5 -u "$renderer_unit" | sed 's/^/      /' >&2
  fail "the renderer is not ready; its last words are above, all of them with: $0 logs" 70
}

show_status() {
  local unit body rss since
  for unit in "${services[@]}"; do
    rss=$(property "$unit" MemoryCurrent)
    since=$(property "$unit" ActiveEnterTimestamp)
    printf '%-30s %-12s %s\n' "$unit" "$(property "$unit" ActiveState)" "$(property "$unit" StatusText)"
    if [ "$(property "$unit" ActiveState)" = active ]; then
      printf '%-30s since %s, %s restarts' '' "$since" "$(property "$unit" NRestarts)"
      case "$rss" in *[!0-9]* | '') echo ;; *) printf ', %d MiB\n' $((rss / 1048576)) ;; esac
    fi
  done
  printf '%-30s http://127.0.0.1:%s/\n' page "$(renderer_port)"
  printf '%-30s http://127.0.0.1:%s/metrics\n' metrics "$(exporter_port)"
  if command -v nvidia-smi >/dev/null; then
    printf '%-30s %s\n' GPU "$(nvidia-smi --query-gpu=name,memory.used,memory.total,temperature.gpu --format=csv,noheader 2>&1 | head -1)"
  fi
  body=$(http_get "$(renderer_port)" /health) || true
  printf '%-30s %s\n' health "${body:-no answer}"
}

health() {
  local body
  body=$(http_get "$(renderer_port)" /health) || true
  echo "${body:-{\"status\":\"down\",\"reasons\":[\"no answer at port $(renderer_port)\"]\}}"
  case "$body" in
    *'"status":"ok"'*) return 0 ;;
    *'"status":"degraded"'*) return 1 ;;
    *) return 2 ;;
  esac
}

logs() {
  local units=(-u "$renderer_unit" -u "$exporter_unit")
  case "${1:-100}" in
    follow) exec journalctl -f "${units[@]}" ;;
    *[!0-9]*) fail "logs: found '$1', expected a number of lines or follow" 64 ;;
    *) exec journalctl --no-pager -n "${1:-100}" "${units[@]}" ;;
  esac
}

# Credentials stay where they are; passwords in addresses and values of secret keys are blanked.
without_secrets() {
  sed -E 's#(://[^/@[:space:]]*:)[^/@[:space:]]+@#\1***@#g; s/((password|token|secret)[a-z_-]*[:=] *)[^[:space:]]+/\1***/Ig'
}

diagnostics() {
  local archive=${1:-bev-avatar-diagnostics-$(date +%Y%m%d-%H%M%S).tar.gz} work folder unit pid
  work=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$work'" EXIT
  folder=$work/bev-avatar-diagnostics
  mkdir "$folder"
  {
    uname -a
    systemctl --version | head -1
    "$program/java" -version
    "$program/java" -jar "$program/renderer/avatar-renderer.jar" --version
    "$program/java" -jar "$program/exporter/avatar-exporter.jar" --version
  } >"$folder/versions" 2>&1 || true
  for unit in "${services[@]}"; do
    systemctl status --no-pager --full "$unit" >"$folder/$unit.status" 2>&1 || true
    systemctl show "$unit" | without_secrets >"$folder/$unit.properties" || true
    pid=$(property "$unit" MainPID)
    # A thread dump, which goes to the journal.
    if [ "$pid" -gt 0 ]; then kill -QUIT "$pid" || true; fi
  done
  sleep 1
  journalctl --no-pager -o short-iso -n 2000 -u "$renderer_unit" -u "$exporter_unit" | without_secrets >"$folder/journal" || true
  for unit in avatar.yaml environment; do
    if [ -r "$settings/$unit" ]; then without_secrets <"$settings/$unit" >"$folder/$unit"; fi
  done
  http_get "$(renderer_port)" /health >"$folder/health.json" || true
  http_get "$(exporter_port)" /metrics >"$folder/metrics" || true
  (umask 077 && tar -C "$work" -czf "$archive" bev-avatar-diagnostics)
  say "${green}✓${plain}" "$archive"
}

command=${1:-help}
shift || true
case "$command" in
  start | restart)
    require_root "$command"
    systemctl reset-failed "${services[@]}" 2>/dev/null || true
    systemctl --no-block "$command" "$target_unit"
    await_ready ;;
  stop)
    require_root stop
    systemctl stop "$target_unit" "${services[@]}"
    say "${green}✓${plain}" "stopped" ;;
  enable | disable)
    require_root "$command"
    systemctl "$command" --quiet "$target_unit" "${services[@]}"
    say "${green}✓${plain}" "${command}d" ;;
  recover)
    require_root recover
    systemctl kill -s KILL "${services[@]}" 2>/dev/null || true
    systemctl stop "$target_unit" "${services[@]}"
    systemctl reset-failed "${services[@]}" 2>/dev/null || true
    systemctl --no-block start "$target_unit"
    await_ready ;;
  status) show_status ;;
  health)
    case "${1:-status}" in
      status) health ;;
      monitor) while true; do printf '%s ' "$(date +%T)"; health || true; sleep 5; done ;;
      *) fail "health: found '$1', expected status or monitor" 64 ;;
    esac ;;
  logs) logs "$@" ;;
  diagnostics)
    require_root diagnostics
    diagnostics "$@" ;;
  help | -h | --help) usage ;;
  *) usage >&2; fail "no command '$command'" 64 ;;
esac
