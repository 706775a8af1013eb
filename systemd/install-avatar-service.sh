#!/usr/bin/env bash
# Installs or updates the avatar as systemd services.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
# The files to install, in their directories: built by Maven from tree.xml.
tree=$here/target/tree
# shellcheck source=systemd/operate.sh
. "$here/operate.sh"
# shellcheck source=systemd/packages.sh
. "$here/packages.sh"

usage() {
  cat <<'TEXT'
Usage: install-avatar-service.sh [OPTIONS]

Installs or updates the built renderer and exporter as systemd services. Can be repeated safely: prints each change, keeps
edited configuration files, and reverts all changes if a step fails.

  --user NAME    user of the renderer, created as a system user if missing (default: starlord)
  --port N       port of the web page, written to /etc/bev-avatar/environment (default: 8080)
  --no-start     install without starting the services
  --no-packages  do not install missing packages (Redis, libturbojpeg, Java) with apt; print them
  --with-stack   also set up Prometheus and Alertmanager (installed with apt) with the avatar's rules, and the dashboards
                 if Grafana is installed; an existing configuration is kept, and the necessary additions are printed
  -h, --help     show this help
  --version      print the version that would be installed
TEXT
}

user='' port='' start=yes stack=no packages=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --user | --port)
      [ $# -ge 2 ] || fail "$1 requires a value" 64
      if [ "$1" = --user ]; then user=$2; else port=$2; fi
      shift 2 ;;
    --no-start) start=no; shift ;;
    --no-packages) packages=no; shift ;;
    --with-stack) stack=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    --version)
      if [ -r "$tree/usr/lib/bev-avatar/version" ]; then exec cat "$tree/usr/lib/bev-avatar/version"; fi
      exec "$root/.mvn/build-version.sh" ;;
    *) usage >&2; fail "unknown option '$1'" 64 ;;
  esac
done
[[ -z $user || $user =~ ^[a-z_][a-z0-9_-]{0,30}$ ]] || fail "--user: found '$user', expected lower-case letters, digits, - and _" 64
[ "$(id -u "$user" 2>/dev/null)" != 0 ] || fail "--user: found $user, expected an unprivileged user" 64
[[ $user != bev-avatar* ]] || fail "--user: found $user, which is reserved for the exporter's user and group" 64
[[ -z $port || ($port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535) ]] || fail "--port: found '$port', expected 1 to 65535" 64
[ -d "$tree/usr/lib/bev-avatar" ] ||
  fail "$here/target contains no build; run as the owner of $root: mvn -Dquick -DskipTests -Dsbom.skip=false package" 66
[ "$(id -u)" -eq 0 ] || fail "installation requires root: sudo $0" 77
[ -d /run/systemd/system ] || fail "systemd is not running on this machine; ./avatar up runs the avatar without systemd" 69
if dpkg-query -W -f '${Status}' bev-avatar 2>/dev/null | grep -q 'ok installed'; then
  fail "the package bev-avatar is installed; update it (./avatar package, then apt-get install the .deb file) or remove it first" 69
fi

acquire_lock
# shellcheck source=systemd/setup.sh
. "$here/setup.sh"

# Output is also logged to install.log, which logrotate rotates.
report() {
  printf '  %s %s\n' "$1" "$2"
  printf '%s %s %s\n' "$(date '+%F %T')" "$1" "$2" >>"$work/log"
}
keep_log() {
  if [ -d "$logs" ] && [ -s "$work/log" ]; then sed 's/\x1b\[[0-9;]*m//g' "$work/log" >>"$logs/install.log"; fi
}

# --- required packages ------------------------------------------------------------------------------------------------------------

missing_packages() {
  (find_java) >/dev/null 2>&1 || first_available openjdk-17-jre-headless openjdk-21-jre-headless
  if redis_is_local && ! redis_answers && [ -z "$(redis_unit)" ]; then echo redis-server; fi
  # Reads the whole list, see pipefail.
  PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -F libturbojpeg.so.0 >/dev/null || first_available libturbojpeg0 libturbojpeg
}

# Installs the missing packages, or prints the command; without Java or apt that is an error.
install_packages() {
  local missing=() command
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$packages" = yes ] && command -v apt-get >/dev/null; then
    report '·' "updating apt's lists of packages"
    if apt-get update >"$work/apt.log" 2>&1; then
      # Again: before the update, apt's lists may have been empty.
      mapfile -t missing < <(missing_packages)
      report '·' "installing ${missing[*]} (apt, from the configured sources)"
      if DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >>"$work/apt.log" 2>&1; then
        report '+' "packages ${missing[*]}"
        return 0
      fi
    fi
    report '!' "apt-get failed: $(grep -E '^(E|dpkg):' "$work/apt.log" | head -1)" >&2
  fi
  command="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  if ! command -v apt-get >/dev/null; then command="install these with the package manager of this system"; fi
  report '!' "missing: ${missing[*]}; run: $command" >&2
}

# Reports what runs after a failed update has been reverted.
report_running() {
  local end=$((SECONDS + 60)) version
  [ "$was_active" = yes ] || return 0
  while [ "$SECONDS" -lt "$end" ] && ! renderer_serves && ! given_up "$renderer_unit"; do sleep 0.5; done
  version=$(cat "$program/version" 2>/dev/null) || version='the previous version'
  if renderer_serves; then
    report '·' "running now: $version, as before the update: $(renderer_url)" >&2
  else
    report "${red}✗${plain}" "running now: nothing; installed is $version, see: sudo avatar logs 20" >&2
  fi
}

# --- installation steps ---------------------------------------------------------------------------------------------------------

# replace_directory DIRECTORY: replaces a directory of this project as a whole: readers see either the old or the new one.
replace_directory() {
  local path=$1 stage="$1.new"
  # An earlier run was interrupted between the two moves below.
  if [ ! -e "$path" ] && [ -d "$path.old" ]; then mv -T "$path.old" "$path"; fi
  on_failure rm -rf "$stage"
  rm -rf "$stage"
  cp -r "$tree$path" "$stage"
  # Files created on this machine.
  if [ -L "$path/java" ]; then cp -P "$path/java" "$stage/"; fi
  if [ -f "$path/installed-files" ]; then cp "$path/installed-files" "$stage/"; fi
  chmod -R u=rwX,go=rX "$stage"
  chown -R root:root "$stage"
  if [ -d "$path" ] && diff -rq --no-dereference "$path" "$stage" >/dev/null; then
    rm -rf "$stage"
    return 0
  fi
  changes=$((changes + 1))
  rm -rf "$path.old"
  if [ -d "$path" ]; then
    on_failure mv -T "$path.old" "$path"
    mv -T "$path" "$path.old"
    report '~' "$path"
  else
    report '+' "$path"
  fi
  on_failure rm -rf "$path"
  mv -T "$stage" "$path"
}

# The other files to install, relative to /.
tree_files() {
  (cd "$tree" && find . -type f ! -path './usr/lib/bev-avatar/*' ! -path './usr/share/bev-avatar/*' | cut -c 3- | LC_ALL=C sort)
}

# Whether an installed file in /etc has been edited.
edited() {
  local known
  [ -e "/$1" ] || return 1
  known=$(awk -v file="/$1" '$2 == file { print $1 }' "$work/installed-before")
  [ -z "$known" ] || [ "$known" != "$(sha256sum "/$1" | cut -d ' ' -f 1)" ]
}

install_files() {
  local file mode
  : >"$work/installed"
  if [ -f "$installed_files" ]; then cp "$installed_files" "$work/installed-before"; else : >"$work/installed-before"; fi
  while IFS= read -r file; do
    case "$file" in
      usr/bin/*) mode=755 ;;
      *) mode=644 ;;
    esac
    case "$file" in
      usr/lib/sysusers.d/* | usr/lib/systemd/system/"$renderer_unit" | etc/logrotate.d/*)
        sed "s/\\bstarlord\\b/$user/g" "$tree/$file" >"$work/file" ;;
      *) cp "$tree/$file" "$work/file" ;;
    esac
    printf '%s /%s\n' "$(sha256sum "$work/file" | cut -d ' ' -f 1)" "$file" >>"$work/installed"
    if [[ $file == etc/* ]] && edited "$file" && ! cmp -s "$work/file" "/$file"; then
      report '=' "/$file is kept unchanged"
    elif [[ $file == */licenses/* ]]; then
      put "$work/file" "/$file" "$mode" >/dev/null
    else
      put "$work/file" "/$file" "$mode"
    fi
  done < <(tree_files)
  # Files that this version no longer contains.
  while read -r _ file; do
    if awk -v file="$file" '$2 == file { found = 1 } END { exit found }' "$work/installed"; then
      if [[ $file == /etc/* ]] && edited "${file#/}"; then report '=' "$file has been edited and is kept"; else remove "$file"; fi
    fi
  done <"$work/installed-before"
}

# Restarts the previous version after a failure.
resume_services() {
  systemctl daemon-reload
  systemctl reset-failed "${services[@]}" "$gpu_unit" 2>/dev/null || true
  if [ "$disturbed" = yes ]; then systemctl restart --no-block "$target_unit"; fi
}

start_services() {
  local units=("$target_unit" "$renderer_unit" "$exporter_unit" "$gpu_unit" "$archive_unit") unit
  for unit in "${units[@]}"; do
    case "$(systemctl is-enabled "$unit" 2>/dev/null)" in
      enabled) ;;
      masked*) report '=' "$unit is masked and stays masked" ;;
      *)
        on_failure systemctl disable --quiet "$unit"
        systemctl enable --quiet "$unit" ;;
    esac
  done
  if [ "$start" = no ]; then
    if [ "$was_active" = no ]; then report '·' "services not started; start them with: avatar start"
    elif [ "$changes" -gt 0 ]; then report '·' "services not restarted, the previous version is still running; restart them with: avatar restart"; fi
    return 0
  fi
  # The previous version keeps running meanwhile.
  make_archives systemctl
  local since
  since=$(date '+%Y-%m-%d %H:%M:%S')
  if [ "$was_active" = no ]; then
    on_failure systemctl stop "${units[@]}"
  fi
  # Resets the restart counters.
  systemctl reset-failed "$renderer_unit" "$exporter_unit" "$gpu_unit" 2>/dev/null || true
  local action=start
  if [ "$changes" -gt 0 ] && [ "$was_active" = yes ]; then action=restart; fi
  disturbed=$was_active
  # Restarting the target restarts its units; starting it starts the stopped ones.
  if ! systemctl --no-block "$action" "$target_unit" || ! services_ready; then
    journalctl --no-pager -o cat --since "$since" -u "$renderer_unit" -u "$exporter_unit" | tail -15 | readable | sed 's/^/      /' >&2
    fail "the services failed to start; their log is above" 70
  fi
  report "${green}✓${plain}" "$(renderer_url)  and  $(exporter_url)/metrics"
}

# Waits until both services respond; fails early if one keeps failing.
services_ready() {
  local end=$((SECONDS + 180))
  while [ "$SECONDS" -lt "$end" ]; do
    if renderer_serves && exporter_serves; then return 0; fi
    if given_up "$renderer_unit" || given_up "$exporter_unit"; then return 1; fi
    if [ "$(systemctl show -P NRestarts "$renderer_unit")" -ge 4 ] || [ "$(systemctl show -P NRestarts "$exporter_unit")" -ge 4 ]; then return 1; fi
    sleep 0.2
  done
  return 1
}

validate() {
  local complaint
  complaint=$(systemd-analyze verify --man=no "$unit_directory/$renderer_unit" "$unit_directory/$exporter_unit" "$unit_directory/$gpu_unit" \
    "$unit_directory/$archive_unit" "$unit_directory/$docker_unit" "$unit_directory/$target_unit" 2>&1 | grep -E 'bev-(avatar|advanced)' || true)
  [ -z "$complaint" ] || fail "systemd-analyze verify: $complaint" 70
}

installed_user() { sed -n 's/^User=//p' "$unit_directory/$renderer_unit" 2>/dev/null || true; }

install_packages
find_java >/dev/null
user=${user:-$(installed_user)}
user=${user:-starlord}
if ! getent passwd "$user" >/dev/null && getent group "$user" >/dev/null; then
  fail "--user: the group $user exists without a user; create it first (useradd --system --gid $user $user) or choose another name" 64
fi
# disturbed: the services were running and have been restarted.
was_active=no disturbed=no
start_redis
case "$(systemctl show -P ActiveState "$renderer_unit")" in active | activating | reloading) was_active=yes ;; esac

on_failure resume_services
# Archives of the previous version are not needed.
systemctl stop "$archive_unit" 2>/dev/null || true
replace_directory "$program"
replace_directory "$shared"
install_files
setup_machine "$port"
put "$work/installed" "$installed_files" 644 >/dev/null
validate
start_services
rm -rf "$program.old" "$shared.old"
if [ "$changes" -eq 0 ]; then report '=' "nothing to change"; fi
report "${green}✓${plain}" "installed; show the status with: avatar status"
# A failure of the monitoring set-up does not revert the installation.
undo=()
if [ "$stack" = yes ]; then
  "$program/bin/avatar-stack" enable
else
  "$program/bin/avatar-stack" refresh || report '!' "alert rules not updated; repeat with: avatar stack refresh" >&2
fi
if [ "$start" = yes ]; then show_health || fail "the services run, but not as they should; fix the reasons above, then: avatar status" 70; fi
