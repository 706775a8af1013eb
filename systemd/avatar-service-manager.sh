#!/usr/bin/env bash
# Controls the installed services.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=systemd/operate.sh
. "$here/operate.sh"

usage() {
  cat <<'TEXT'
Usage: avatar-service-manager.sh COMMAND, or avatar COMMAND

  start [--force]         check the machine, start the services and wait until
                          the renderer is ready (root); --force starts even if
                          a check fails
  stop [--drain SECONDS]  stop the services (root); --drain first disconnects
                          the viewers and waits for the last one
  restart                 restart the services and wait until the renderer is
                          ready (root)
  reload                  reload the renderer's configuration (root); lists the
                          settings that require a restart
  enable, disable         start or do not start the services at boot (root)
  recover [--reset-gpu]   kill the services, free the GPU, clear the failure
                          counters and start again (root); --reset-gpu also
                          resets the GPUs, which ends every other process that
                          uses them
  status                  show state, uptime, addresses, stream, GPU and memory;
                          exit code 0: the renderer is ready, 3: it is not
  health [status|monitor] check the services against the alert thresholds: now,
                          the last result, or until stopped;
                          exit code 0: OK, 1: warnings, 2: critical
  check [gpu|dependencies|prestart] [--json]
                          check this machine's requirements; as root, as the
                          renderer's user;
                          exit code 0: OK, 1: warnings, 2: failures
  config show [--origin] [KEY], config diff
                          show the effective configuration, or what differs
                          from the defaults
  config set KEY VALUE    change /etc/bev-avatar/avatar.yaml (root)
  config check            check the configuration of all services
  alert receivers, alert test
                          show who is notified about alerts; send a test alert
  docker on|off|status    require Docker or not, where it is installed (root)
  gpu-setup apply|undo    apply or undo the GPU settings (root)
  logs [N] [follow] [--json]
                          show the last N lines of the journal (default: 100)
                          and follow new ones; --json: raw lines
  logs level LOGGER LEVEL set the level of a logger until the next start (root),
                          such as io.bev.avatar.renderer.state DEBUG; INHERIT
                          resets it
  logs roll               start a new log file of the renderer (root)
  diagnostics [FILE]      create a support bundle, secrets redacted (root)

  -h, --help              show this help
  --version               print the version
TEXT
}

# usage_of COMMAND: the entries of one command; all of them if it has none.
usage_of() {
  local entries
  entries=$(usage | awk -v name="$1" '
    /^  [a-z]/ { shown = ($0 ~ "^  ([a-z]+, )?" name "( |,|$)") }
    /^$/ { shown = 0 }
    shown')
  if [ -n "$entries" ]; then printf 'Usage: avatar %s ...\n\n%s\n' "$1" "$entries"; else usage; fi
}

# --- status -----------------------------------------------------------------------------------------------------------

# row LABEL TEXT: wrapped to 80 columns.
row() {
  local label=$1 line
  while IFS= read -r line; do
    printf '%s%-10s%s %s\n' "$bold" "$label" "$plain" "${line% }"
    label=''
  done < <(printf '%s\n' "$2" | fold -s -w 69)
}

# 90061 -> 1 d 1 h
span() {
  local s=$1
  if [ "$s" -ge 86400 ]; then
    echo "$((s / 86400)) d $((s % 86400 / 3600)) h"
  elif [ "$s" -ge 3600 ]; then
    echo "$((s / 3600)) h $((s % 3600 / 60)) min"
  elif [ "$s" -ge 60 ]; then
    echo "$((s / 60)) min $((s % 60)) s"
  else
    echo "$s s"
  fi
}

unit_text() {
  local unit=$1 now colour='' entered text='' uptime restarts
  now=$(property "$unit" ActiveState)
  case $now in
    active) colour=$green ;;
    failed) colour=$red ;;
    *) colour=$yellow ;;
  esac
  entered=$(property "$unit" ActiveEnterTimestampMonotonic)
  if [ "$now" = active ] && [ "${entered:-0}" -gt 0 ]; then
    read -r uptime _ </proc/uptime
    text="for $(span $((${uptime%%.*} - entered / 1000000)))"
    restarts=$(property "$unit" NRestarts)
    case ${restarts:-0} in
      0) ;;
      1) text+=', restarted once' ;;
      *) text+=", restarted $restarts times" ;;
    esac
  elif [ "$now" = failed ]; then
    text="since $(since "$unit"): $(property "$unit" Result), $(last_exit "$unit")$(last_error "$unit")"
  elif [ "$now" = activating ] && [ "$(failures "$unit")" -gt 0 ]; then
    text="again after $(failures "$unit") failures in a row$(next_start "$unit"); last $(last_exit "$unit")$(last_error "$unit")"
  elif [ "$(property "$unit" LoadState)" != loaded ]; then
    text='not installed'
  fi
  printf '%s%s%s%s' "$colour" "$now" "$plain" "${text:+ $text}"
}

# A crash loop: failures in a row and the time of the next start, as avatar-backoff counts them.
failures() { runtime_number "$1" failures; }
next_start() {
  local next uptime
  next=$(runtime_number "$1" next)
  read -r uptime _ </proc/uptime
  if [ "$next" -gt "${uptime%%.*}" ]; then printf ', next start in %s' "$(span $((next - ${uptime%%.*})))"; fi
}
runtime_number() {
  local directory number=''
  directory=$(property "$1" RuntimeDirectory)
  if [ -r "/run/$directory/$2" ]; then read -r number <"/run/$directory/$2" || true; fi
  case $number in '' | *[!0-9]*) number=0 ;; esac
  echo "$number"
}

# When the unit entered its state.
since() { property "$1" StateChangeTimestamp | cut -d ' ' -f 2-3; }

last_exit() {
  local status
  status=$(property "$1" ExecMainStatus)
  case $(property "$1" ExecMainCode) in
    2 | 3) echo "ended by signal $(kill -l "$status" 2>/dev/null || echo "$status")" ;;
    *) echo "exit code $status" ;;
  esac
}

# The last error that the process logged, on its own line.
last_error() {
  local line
  line=$(journalctl -q --no-pager -o cat -p err -n 1 "_SYSTEMD_UNIT=$1" 2>/dev/null | readable | head -1)
  if [ -n "$line" ]; then printf '\n%s' "$line"; else printf '\nsee: sudo avatar logs 20'; fi
}

memory_text() {
  local used limit pid
  used=$(property "$1" MemoryCurrent)
  if [[ ! $used =~ ^[0-9]+$ ]]; then
    # Without the memory controller: resident memory of the process.
    pid=$(property "$1" MainPID)
    used=$(awk '$1 == "VmRSS:" { print $2 * 1024 }' "/proc/$pid/status" 2>/dev/null)
  fi
  limit=$(property "$1" MemoryMax)
  [ -n "$used" ] || used=0
  case $limit in
    '' | *[!0-9]*) printf '%d MiB' $((used / 1048576)) ;;
    *) printf '%d of %d MiB' $((used / 1048576)) $((limit / 1048576)) ;;
  esac
}

# Name, temperature, utilization and memory of each GPU, from the exporter's metrics.
gpu_text() {
  awk '
    function label(name, rest) {
      rest = $0
      if (!match(rest, "[{,]" name "=\"")) return ""
      rest = substr(rest, RSTART + RLENGTH)
      return substr(rest, 1, index(rest, "\"") - 1)
    }
    /^nvidia_gpu_info\{/ { name[label("gpu")] = label("name") }
    /^nvidia_gpu_temperature_celsius\{/ { heat[label("gpu")] = $NF }
    /^nvidia_gpu_utilization_ratio\{/ { load[label("gpu")] = $NF }
    /^nvidia_gpu_memory_used_bytes\{/ { used[label("gpu")] = $NF }
    /^nvidia_gpu_memory_total_bytes\{/ { total[label("gpu")] = $NF }
    END {
      for (gpu in name) {
        printf "%s: %d °C, %d %% utilization, %d of %d MiB\n", name[gpu], heat[gpu], load[gpu] * 100, used[gpu] / 1048576, total[gpu] / 1048576
      }
    }'
}

stream_text() {
  local health=$1 reasons notes redis viewers rate
  viewers=$(json_field "$health" viewers)
  rate="$(json_field "$health" fps) of $(json_field "$health" targetFps) fps, $viewers viewers"
  # Without viewers, frames are rendered at the idle rate.
  if [ "$viewers" = 0 ]; then rate="$(json_field "$health" fps) fps without viewers"; fi
  printf '%s, %s, backend %s' "$(json_field "$health" resolution)" "${rate/ 1 viewers/ 1 viewer}" "$(json_field "$health" backend)"
  redis=$(json_field "$health" connected)
  printf '; Redis %s, %s changes pending in the journal' "$([ "$redis" = true ] && echo connected || echo disconnected)" \
    "$(json_field "$health" journalPending)"
  reasons=$(health_list "$health" reasons)
  notes=$(health_list "$health" notes)
  if [ -n "$notes" ]; then printf '\n%s' "$notes"; fi
  if [ -n "$reasons" ]; then printf '\n%s%s%s' "$yellow" "$reasons" "$plain"; fi
}

show_status() {
  local health metrics='' answer verdict gpu boot
  health=$(http_body /health) || health=''
  if answer=$(exporter_metrics); then metrics=$answer verdict=ok; else verdict=$red${answer:-no response}$plain; fi
  row renderer "$(unit_text "$renderer_unit")"
  row exporter "$(unit_text "$exporter_unit")"
  if [ -n "$health" ]; then
    row page "$(renderer_url)  $(json_field "$health" status)"
    row stream "$(stream_text "$health")"
  else
    row page "$(renderer_url)  ${red}no response${plain}"
  fi
  row metrics "$(exporter_url)/metrics  $verdict"
  gpu=$(gpu_text <<<"$metrics")
  row GPU "${gpu:-$([ -n "$metrics" ] && echo 'none found by the exporter' || echo unknown)}"
  row memory "renderer $(memory_text "$renderer_unit"), exporter $(memory_text "$exporter_unit")"
  row alerts "$(people)"
  boot=$(systemctl is-enabled "$target_unit" 2>/dev/null) || true
  row boot "${boot:-not installed}"
  if [ ! -r "$settings/environment" ] && [ -d "$settings" ]; then
    row note "default ports shown: only root and the group bev-avatar can read $settings"
  fi
  renderer_serves || return 3
}

# Who is notified about alerts, as set for avatar stack.
people() {
  local key found=''
  for key in mail-to slack-url-file webhook-url; do
    if [ -n "$(yaml_value stack $key '')" ]; then found+="${found:+, }${key%%-*}"; fi
  done
  if [ -r "$settings/avatar.yaml" ] || [ ! -e "$settings/avatar.yaml" ]; then
    printf '%s\n' "${found:-no receiver configured: alerts reach Redis and this page alone}"
  else
    echo 'unknown, only root and the group bev-avatar can read the settings'
  fi
}

# --- logs -------------------------------------------------------------------------------------------------------------

logs() {
  local shown=readable count=100 follow=() journal=(journalctl -q --no-pager -o short-iso -u "$renderer_unit" -u "$exporter_unit")
  while [ $# -gt 0 ]; do
    case $1 in
      --json) shown='cat' ;;
      follow) follow=(-f) ;;
      level)
        [ $# -eq 3 ] || fail "logs level requires a logger and a level, such as io.bev.avatar.renderer.state DEBUG" 64
        local level
        level=$(mbean_exec Logging setLevel "$2" "$3")
        report "${green}✓${plain}" "logger $2 set to $level"
        return 0 ;;
      roll)
        local rolled
        rolled=$(mbean_exec Logging rollFile)
        [ "$rolled" = true ] || fail "the renderer writes no log files; see logging in avatar.yaml.example" 69
        report "${green}✓${plain}" "new log file in $logs/renderer"
        return 0 ;;
      *)
        [[ $1 =~ ^[0-9]{1,7}$ ]] || fail "logs: found '$1', expected a number of lines, follow, --json, level or roll" 64
        count=$1 ;;
    esac
    shift
  done
  if [ "$(id -u)" -ne 0 ] && ! id -nG | grep -qwE 'adm|systemd-journal|wheel'; then
    fail "only root and the groups adm and systemd-journal can read the journal of the services: sudo avatar logs" 77
  fi
  "${journal[@]}" -n "$count" "${follow[@]}" | "$shown"
}

# --- diagnostics ------------------------------------------------------------------------------------------------------

# Redacts passwords in URLs, values of secret keys, and all secrets of this installation.
redact_secrets() {
  local script='s#(://)[^@[:space:]"]*@#\1***@#g; s/((password|token|secret|authorization)[A-Za-z_-]*["'"'"']?[:=] *)[^[:space:]]+/\1***/Ig' secret
  for secret in "$settings"/credentials/* "$(exporter_password_file)"; do
    [ -s "$secret" ] || continue
    # shellcheck disable=SC2016 # literal characters
    secret=$(head -1 "$secret" | sed 's/[][\\.*^$(){}+?|#&]/\\&/g')
    if [ -n "$secret" ]; then script+="; s#$secret#***#g"; fi
  done
  # The script contains the secrets: passed through a pipe, not as an argument.
  sed -E -f <(printf '%s\n' "$script")
}

thread_dump() {
  local unit=$1 pid since
  pid=$(property "$unit" MainPID)
  [ "${pid:-0}" -gt 0 ] || return 0
  since=$(date '+%Y-%m-%d %H:%M:%S')
  kill -QUIT "$pid" || return 0
  # The dump ends with the heap; a hung process may not get that far.
  for _ in {1..50}; do
    if journalctl --sync 2>/dev/null && journalctl --no-pager -o cat --since "$since" -u "$unit" | grep -q '^Heap'; then break; fi
    sleep 0.2
  done
  journalctl --no-pager -o cat --since "$since" -u "$unit" | sed -n '/^Full thread dump/,$p'
}

# collect NAME COMMAND...: adds the output of a command, secrets redacted, to the archive.
collect() {
  local name=$1
  shift
  report '·' "$name"
  "$@" 2>&1 | redact_secrets >"$bundle/$name" || true
}

versions() {
  date -Is
  uname -a
  sed -n 's/^PRETTY_NAME=//p' /etc/os-release
  systemctl --version | head -1
  "$program/java" -version
  "$program/java" -jar "$program/renderer/avatar-renderer.jar" --version
  "$program/java" -jar "$program/exporter/avatar-exporter.jar" --version
  nvidia-smi 2>/dev/null || echo 'no nvidia-smi'
}

diagnostics() {
  local archive=${1:-bev-avatar-diagnostics-$(date +%Y%m%d-%H%M%S).tar.gz} work unit short
  work=$(mktemp -d)
  # shellcheck disable=SC2064 # expanded now, on purpose
  trap "rm -rf '$work'" EXIT
  bundle=$work/bev-avatar-diagnostics
  mkdir "$bundle"
  collect versions versions
  collect avatar.yaml cat "$settings/avatar.yaml"
  collect environment cat "$settings/environment"
  collect checks.json exporter_command "$(renderer_user)" check prestart --json
  for unit in "${services[@]}"; do
    short=${unit%.service}
    collect "$short.status" systemctl status --no-pager --full "$unit"
    collect "$short.unit" systemctl cat "$unit"
    collect "$short.properties" systemctl show "$unit"
    collect "$short.threads" thread_dump "$unit"
  done
  collect errors journalctl --no-pager -o short-iso -p warning -n 500 -u "$renderer_unit" -u "$exporter_unit"
  collect journal journalctl --no-pager -o short-iso -n 3000 -u "$renderer_unit" -u "$exporter_unit"
  collect health.json http_body /health
  collect state.json http_body /state
  collect mbeans.json jolokia '{"type":"read","mbean":"bev.avatar:*"}'
  collect metrics exporter_metrics
  collect disks df -hT "$state" "$logs" /tmp
  collect files ls -lR "$state" "$logs"
  collect sockets ss -ltnp
  (umask 077 && tar -C "$work" -cz bev-avatar-diagnostics >"$archive") || fail "cannot write $archive" 73
  report "${green}✓${plain}" "$archive  $(stat -c %s "$archive" | numfmt --to=iec) (secrets redacted; review it before you share it)"
}

# --- recover ----------------------------------------------------------------------------------------------------------

reset_gpus() {
  nvidia-smi --gpu-reset || fail "GPU reset failed, see the output of nvidia-smi above; end other processes that use the GPU, or reboot the machine" 70
  report "${green}✓${plain}" "GPU reset"
}

# Waits for the renderer's response, which lists the settings that require a restart.
reload() {
  local cursor status=0
  cursor=$(journalctl -q -n 0 --show-cursor | sed -n 's/^-- cursor: //p')
  systemctl reload "$renderer_unit" 2>/dev/null || status=$?
  journalctl --sync
  # The output of the reload, without systemd's own messages.
  journalctl -q --no-pager -o cat --after-cursor "$cursor" -u "$renderer_unit" |
    grep -vE '^(bev-advanced-avatar.service: |Reload(ing|ed|) )' | grep -A20 -E '^(reload:|nothing changed)' ||
    report "${red}✗${plain}" "reload failed: $(reload_obstacle)" >&2
  return "$status"
}
reload_obstacle() {
  local now
  now=$(property "$renderer_unit" ActiveState)
  if [ "$now" = active ]; then echo 'see sudo avatar logs'; else echo "the renderer is $now"; fi
}

recover() {
  local reset=no
  case ${1:-} in
    '') ;;
    --reset-gpu)
      command -v nvidia-smi >/dev/null || fail "--reset-gpu: nvidia-smi not found; it is part of the NVIDIA driver" 69
      reset=yes ;;
    *) fail "recover: found '$1', expected --reset-gpu" 64 ;;
  esac
  report '·' "killing the processes of the services"
  systemctl kill -s KILL "${services[@]}" 2>/dev/null || true
  systemctl stop "$target_unit" "${services[@]}" "$archive_unit"
  # Class archives are recreated; removing them rules them out as the cause.
  rm -rf "$cache"
  "$base/scripts/cleanup-gpu.sh" || report "${yellow}!${plain}" "GPU memory is still in use; run avatar recover --reset-gpu, or reboot the machine"
  if [ "$reset" = yes ]; then reset_gpus; fi
  systemctl reset-failed "${services[@]}" 2>/dev/null || true
  systemctl --no-block start "$target_unit"
  await_ready
}

# require_settings COMMAND...: fails if the caller cannot read the settings that the command shows; BEV_AVATAR_CONFIG selects other ones.
require_settings() {
  if installed && [ -z "${BEV_AVATAR_CONFIG:-}" ] && [ ! -r "$settings/avatar.yaml" ] && [ "$(id -u)" -ne 0 ]; then
    fail "only root and the group bev-avatar can read $settings/avatar.yaml: sudo avatar $*" 77
  fi
}

# --- Docker -----------------------------------------------------------------------------------------------------------

docker_command() {
  [ $# -le 1 ] || fail "docker: found '$2', expected no further argument" 64
  case ${1:-status} in
    on)
      require_installation "docker on"
      install -D -m 644 "$shared/docker.conf" "$docker_drop_in"
      systemctl daemon-reload
      if [ "$(property docker.service LoadState)" = loaded ]; then systemctl enable --quiet "$docker_unit"; fi ;;
    off)
      require_installation "docker off"
      mkdir -p "$(dirname "$docker_drop_in")"
      echo '# off: the renderer does not depend on Docker; avatar docker on' >"$docker_drop_in"
      chmod 644 "$docker_drop_in"
      systemctl disable --quiet "$docker_unit" 2>/dev/null || true
      systemctl daemon-reload ;;
    status) require_systemd ;;
    *) fail "docker: found '$1', expected on, off or status" 64 ;;
  esac
  if [[ " $(property "$renderer_unit" Requires) " == *' docker.service '* ]]; then
    echo "on: the renderer requires docker.service ($(property docker.service ActiveState)), and stops and starts with it"
  elif [ "$(docker_coupling)" = off ]; then
    echo 'off: the renderer does not depend on Docker'
  else
    echo 'off: Docker was not installed when the avatar was'
  fi
}

command=${1:-help}
shift || true
case "$command $* " in
  'health '* | 'check '* | 'config '* | 'alert '* | 'gpu-setup '*) ;; # these have their own help
  *' -h '* | *' --help '*)
    usage_of "$command"
    exit 0 ;;
esac
case "$command" in
  start) exec "$base/scripts/start-avatar.sh" "$@" ;;
  stop) exec "$base/scripts/stop-avatar.sh" "$@" ;;
  restart)
    no_arguments restart "$@"
    require_installation restart
    systemctl reset-failed "${services[@]}" 2>/dev/null || true
    systemctl --no-block restart "$target_unit"
    await_ready ;;
  reload)
    no_arguments reload "$@"
    require_installation reload
    reload ;;
  enable | disable)
    no_arguments "$command" "$@"
    require_installation "$command"
    systemctl "$command" --quiet "$target_unit" "${services[@]}"
    report "${green}✓${plain}" "${command}d" ;;
  recover)
    require_installation recover
    recover "$@" ;;
  status)
    no_arguments status "$@"
    require_systemd
    show_status ;;
  health)
    mode=${1:-once}
    shift || true
    exec "$base/monitor-avatar-health.sh" "$mode" "$@" ;;
  check)
    case " $* " in
      *' -h '* | *' --help '*) ;;
      *)
        if installed && [ "$(id -u)" -ne 0 ]; then
          report '!' "directories are checked as root only: sudo avatar check" >&2
          set -- "$@" --as-other-user
        fi ;;
    esac
    exporter_command "$(renderer_user)" check "$@" ;;
  config)
    case " $* " in
      *' -h '* | *' --help '*) ;;
      ' set '*) require_root "config set" ;;
      *) require_settings config "$@" ;;
    esac
    exporter_command root config "$@" ;;
  docker) docker_command "$@" ;;
  alert)
    case " $* " in *' -h '* | *' --help '*) ;; *) require_settings alert "$@" ;; esac
    exporter_command "$(renderer_user)" alert "$@" ;;
  gpu-setup) exporter_command root gpu-setup "$@" ;;
  logs)
    require_systemd
    logs "$@" ;;
  diagnostics)
    [ $# -le 1 ] || fail "diagnostics: found '$2', expected one file" 64
    require_installation diagnostics
    diagnostics "$@" ;;
  help | -h | --help) usage ;;
  --version)
    if installed; then cat "$program/version"; else exec "$base/../.mvn/build-version.sh"; fi ;;
  *)
    usage >&2
    fail "unknown command '$command'" 64 ;;
esac
