#!/usr/bin/env bash
# Prints the version of this build: the version of the root pom.xml (or the first argument), and for a development version
# the number of commits, the short commit hash and, with uncommitted changes, "dirty":
#   0.2.0                             a release
#   0.2.0-dev.123.gabc1234            a development build; each commit counts one more
#   0.2.0-dev.123.gabc1234.dirty      with uncommitted changes
#   0.2.0-dev                         without git or outside a clone
# AVATAR_BUILD_TIME, such as 20260131235959, is appended to the last two, so that each package of such a tree is newer than the last:
#   0.2.0-dev.123.gabc1234.dirty.20260131235959 and 0.2.0-dev.0.20260131235959
# --deb prints it as a Debian version, where a development build sorts before its release: 0.2.0~dev.123.gabc1234.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
deb=no
if [ "${1:-}" = --deb ]; then
  deb=yes
  shift
fi
version=${1:-$(sed -n 's|.*<revision>\(.*\)</revision>.*|\1|p' "$root/pom.xml" | head -1)}

# safe.directory: the clone may belong to another user than the one who builds, as with sudo or in a container.
in_clone() {
  env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE git -c safe.directory='*' -c core.fsmonitor=false -C "$root" "$@" 2>/dev/null
}

if [[ $version == *-SNAPSHOT ]]; then
  version=${version%-SNAPSHOT}-dev
  # The .git of this directory alone: an unpacked archive may lie in the clone of another project.
  if [ -e "$root/.git" ] && hash=$(in_clone rev-parse HEAD); then
    count=0
    # A shallow clone does not know how many commits came before.
    if [ "$(in_clone rev-parse --is-shallow-repository)" = false ]; then count=$(in_clone rev-list --count HEAD); fi
    version+=.$count.g${hash:0:7}
    if ! in_clone --no-optional-locks diff --quiet HEAD --; then version+=.dirty${AVATAR_BUILD_TIME:+.$AVATAR_BUILD_TIME}; fi
  else
    version+=${AVATAR_BUILD_TIME:+.0.$AVATAR_BUILD_TIME}
  fi
fi
if [ "$deb" = yes ]; then version=${version/-/\~}; fi
printf '%s\n' "$version"
