#!/usr/bin/env bash
# build-image.sh TAG [ARCHIVE]: builds localhost/bev-avatar:TAG from the tree that the build left in systemd/target/tree, and writes it to an OCI archive.
# AVATAR_BASE: base image. Two builds from the same tree, base image and package versions are identical.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
[ -d "$root/systemd/target/tree" ] || { echo "build-image.sh: no build in systemd/target; run ./avatar package" >&2; exit 66; }
tag=localhost/bev-avatar:${1:?expected a tag}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600}
options=(--layers=false --timestamp "$SOURCE_DATE_EPOCH" --file "$root/containers/Containerfile" --tag "$tag")
if [ -n "${AVATAR_BASE:-}" ]; then options+=(--build-arg "BASE=$AVATAR_BASE"); fi
# In a container or without privileges.
if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null || [ ! -e /dev/fuse ]; then
  export BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot} STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
fi
buildah build "${options[@]}" "$root"
if [ -n "${2:-}" ]; then
  # buildah's own archive has the times of this build.
  layout=$(mktemp -d)
  trap 'rm -rf "$layout"' EXIT
  buildah push --quiet "$tag" "oci:$layout:$tag"
  tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX-w -C "$layout" -cf "$2" .
fi
