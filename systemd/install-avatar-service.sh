#!/usr/bin/env bash
# Installs the avatar as services of systemd, or brings an installation up to date.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
# Every file, in its place: built by Maven from tree.xml.
tree=$here/target/tree
# shellcheck source=systemd/operate.sh
. "$here/operate.sh"

usage() {
  cat <<'TEXT'
Usage: install-avatar-service.sh [OPTIONS]

Installs the built renderer and exporter as services of systemd, or brings an installation up to date. Safe to repeat:
it shows what it changes, leaves edited configuration alone, and puts everything back when something fails.

  --user NAME    the renderer's user, made as a system user if missing (starlord)
  --port N       the page's port, written to /etc/bev-avatar/environment (8080)
  --no-start     install, start nothing
  --with-stack   also Prometheus and Alertmanager with the avatar's rules, through apt, and Grafana's dashboards where Grafana
                 is; a configuration of theirs that somebody wrote is left, and you are told what to add to it
TEXT
}

user='' port='' start=yes stack=no
while [ $# -gt 0 ]; do
  case "$1" in
    --user | --port)
      [ $# -ge 2 ] || fail "$1 needs a value" 64
      if [ "$1" = --user ]; then user=$2; else port=$2; fi
      shift 2 ;;
    --no-start) start=no; shift ;;
    --with-stack) stack=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "no option '$1'" 64 ;;
  esac
done
[[ -z $user || $user =~ ^[a-z_][a-z0-9_-]{0,30}$ ]] || fail "--user: found '$user', expected a name of lower-case letters, digits, - and _" 64
[ "$(id -u "$user" 2>/dev/null)" != 0 ] || fail "--user: found $user, expected a user without privileges" 64
[[ $user != bev-avatar* ]] || fail "--user: found $user, expected another than the exporter's user and group" 64
[[ -z $port || ($port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535) ]] || fail "--port: found '$port', expected 1 to 65535" 64
[ -d "$tree/usr/lib/bev-avatar" ] ||
  fail "nothing is built in $here/target: build it first, as the owner of $root: mvn -Dquick -DskipTests package" 66
[ "$(id -u)" -eq 0 ] || fail "installing needs root: sudo $0" 77
[ -d /run/systemd/system ] || fail "systemd does not run this machine: ./avatar up runs the avatar without it" 69
if dpkg-query -W -f '${Status}' bev-avatar 2>/dev/null | grep -q 'ok installed'; then
  fail "the package bev-avatar is installed: update that (./avatar package, then apt-get install the file), or remove it" 69
fi

alone
# shellcheck source=systemd/setup.sh
. "$here/setup.sh"

# What is said is also kept, as a log that logrotate turns over.
say() {
  printf '  %s %s\n' "$1" "$2"
  printf '%s %s %s\n' "$(date '+%F %T')" "$1" "$2" >>"$work/log"
}
keep_log() {
  if [ -d "$logs" ] && [ -s "$work/log" ]; then sed 's/\x1b\[[0-9;]*m//g' "$work/log" >>"$logs/install.log"; fi
}

# --- the pieces ---------------------------------------------------------------------------------------------------------

# exchange FOLDER: a folder of ours alone, as a whole, so that who looks meanwhile finds the old one or the new one.
exchange() {
  local folder=$1 stage="$1.new"
  # A run that was cut off between the two moves below.
  if [ ! -e "$folder" ] && [ -d "$folder.old" ]; then mv -T "$folder.old" "$folder"; fi
  undoing rm -rf "$stage"
  rm -rf "$stage"
  cp -r "$tree$folder" "$stage"
  # What is not the tree's, but this machine's.
  if [ -L "$folder/java" ]; then cp -P "$folder/java" "$stage/"; fi
  if [ -f "$folder/installed-files" ]; then cp "$folder/installed-files" "$stage/"; fi
  chmod -R u=rwX,go=rX "$stage"
  chown -R root:root "$stage"
  if [ -d "$folder" ] && diff -rq --no-dereference "$folder" "$stage" >/dev/null; then
    rm -rf "$stage"
    return 0
  fi
  changes=$((changes + 1))
  rm -rf "$folder.old"
  if [ -d "$folder" ]; then
    undoing mv -T "$folder.old" "$folder"
    mv -T "$folder" "$folder.old"
    say '~' "$folder"
  else
    say '+' "$folder"
  fi
  undoing rm -rf "$folder"
  mv -T "$stage" "$folder"
}

# The tree's other files, relative to the root.
tree_files() {
  (cd "$tree" && find . -type f ! -path './usr/lib/bev-avatar/*' ! -path './usr/share/bev-avatar/*' | cut -c 3- | LC_ALL=C sort)
}

# Whether an installed file of /etc is no longer as it was installed.
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
      say '=' "/$file is kept as it is"
    else
      put "$work/file" "/$file" "$mode"
    fi
  done < <(tree_files)
  # What this version no longer has.
  while read -r _ file; do
    if awk -v file="$file" '$2 == file { found = 1 } END { exit found }' "$work/installed"; then
      if [[ $file == /etc/* ]] && edited "${file#/}"; then say '=' "$file was edited: it stays"; else remove "$file"; fi
    fi
  done <"$work/installed-before"
}

# After a failure, with everything back in its place.
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
      masked*) say '=' "$unit is masked: it stays so" ;;
      *)
        undoing systemctl disable --quiet "$unit"
        systemctl enable --quiet "$unit" ;;
    esac
  done
  if [ "$start" = no ]; then
    if [ "$was_active" = no ]; then say '·' "nothing is started: avatar start does that"
    elif [ "$changes" -gt 0 ]; then say '·' "nothing is restarted, the version of before runs on: avatar restart ends it"; fi
    return 0
  fi
  # Meanwhile the old version runs on.
  make_archives systemctl
  local since
  since=$(date '+%Y-%m-%d %H:%M:%S')
  if [ "$was_active" = no ]; then
    undoing systemctl stop "${units[@]}"
  fi
  # Counts of restarts begin anew.
  systemctl reset-failed "$renderer_unit" "$exporter_unit" "$gpu_unit" 2>/dev/null || true
  local action=start
  if [ "$changes" -gt 0 ] && [ "$was_active" = yes ]; then action=restart; fi
  disturbed=$was_active
  # Restarting the target restarts its parts; starting it starts those that are down.
  if ! systemctl --no-block "$action" "$target_unit" || ! settled; then
    journalctl --no-pager -o cat --since "$since" -u "$renderer_unit" -u "$exporter_unit" | tail -15 | readable | sed 's/^/      /' >&2
    fail "the services do not run; what they said is above" 70
  fi
  say "${green}✓${plain}" "$(renderer_url)  and  $(exporter_url)/metrics"
}

# Both answer, on a busy machine after a while; one that fails again and again is not waited for.
settled() {
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
    "$unit_directory/$archive_unit" "$unit_directory/$target_unit" 2>&1 | grep -E 'bev-(avatar|advanced)' || true)
  [ -z "$complaint" ] || fail "systemd-analyze verify: $complaint" 70
}

installed_user() { sed -n 's/^User=//p' "$unit_directory/$renderer_unit" 2>/dev/null || true; }

find_java >/dev/null
user=${user:-$(installed_user)}
user=${user:-starlord}
if ! getent passwd "$user" >/dev/null && getent group "$user" >/dev/null; then
  fail "--user: there is a group $user without a user: make that first (useradd --system --gid $user $user), or take another name" 64
fi
# disturbed: it ran, and no longer does as it did.
was_active=no disturbed=no
case "$(systemctl show -P ActiveState "$renderer_unit")" in active | activating | reloading) was_active=yes ;; esac

undoing resume_services
# What is being made of the old version is of no use.
systemctl stop "$archive_unit" 2>/dev/null || true
exchange "$program"
exchange "$shared"
install_files
setup_machine "$port"
put "$work/installed" "$installed_files" 644 >/dev/null
validate
start_services
rm -rf "$program.old" "$shared.old"
if [ "$changes" -eq 0 ]; then say '=' "nothing to change"; fi
say "${green}✓${plain}" "installed: avatar status"
# The avatar is whole without its watchers: what fails here takes nothing back.
undo=()
if [ "$stack" = yes ]; then "$program/bin/avatar-stack" enable; fi
