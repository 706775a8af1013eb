# shellcheck shell=bash
# Shared by ./avatar and the installer: names of packages, which depend on the distribution.

os_release=/etc/os-release

# first_available PACKAGE...: the first of these packages that apt knows. While apt's lists are empty, as on a fresh machine, the one that
# this distribution has. apt-cache show would succeed for a package that others only mention.
first_available() {
  local package known=$1 release
  for package in "$@"; do
    if [[ $(apt-cache policy "$package" 2>/dev/null) =~ Candidate:\ [^\(] ]]; then
      printf '%s\n' "$package"
      return 0
    fi
  done
  # shellcheck source=/dev/null
  release=$(. "$os_release" 2>/dev/null && printf '%s %s' "${ID:-}" "${VERSION_ID:-sid}") || true
  for package in "$@"; do
    case "$release $package" in
      # Debian after 12 has no Java 17; Ubuntu names the JPEG library without its version.
      'debian 1'[3-9]' openjdk-21-'* | 'debian sid openjdk-21-'* | 'ubuntu '*' libturbojpeg') known=$package ;;
    esac
  done
  printf '%s\n' "$known"
}
