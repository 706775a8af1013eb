#!/usr/bin/env bash
# Tests and benchmarks the CUDA backend from a packed directory. See docs/cuda.md.
# Usage: run.sh contract | sanitize [memcheck|racecheck|initcheck] | leaks | bench [--model FILE] [--json] | scenes DIRECTORY | render ARGUMENTS
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
java=("$here/java/bin/java" --enable-native-access=ALL-UNNAMED -Xmx2g -Djava.awt.headless=true "-Djna.library.path=$here/native" -cp "$here/lib/*")
checks=io.bev.avatar.splat.raster.cuda.GpuTestMain
main=io.bev.avatar.renderer.cli.RendererMain

usage() { sed -n 's/^# Usage: /usage: /p' "$0"; }

# Runs a command in a temporary directory, which is deleted afterwards.
in_temporary_directory() {
  local directory status=0
  directory=$(mktemp -d)
  (cd "$directory" && "$@") || status=$?
  rm -rf "$directory"
  exit "$status"
}

sanitize() {
  local tool=$1 sanitizer
  case "$tool" in
    memcheck | racecheck | initcheck) ;;
    *) echo "run: sanitize: found $tool, expected memcheck, racecheck or initcheck" >&2; exit 64 ;;
  esac
  # CUDA toolkits do not add it to the PATH.
  sanitizer=$(PATH=$PATH:/usr/local/cuda/bin:/opt/cuda/bin command -v compute-sanitizer) || {
    echo "run: sanitize: compute-sanitizer not found on the PATH or in /usr/local/cuda/bin; install the CUDA toolkit" >&2
    exit 69
  }
  # The JVM handles its own SIGSEGV; only the kernels are checked.
  in_temporary_directory "$sanitizer" --tool "$tool" --error-exitcode 1 --target-processes all "${java[@]}" "$checks" contract
}

command=${1:-}
shift || true
case "$command" in
  contract) in_temporary_directory "${java[@]}" "$checks" contract ;;
  # Thousands of frames, models and contexts: takes minutes.
  leaks) in_temporary_directory "${java[@]}" "$checks" leaks ;;
  sanitize) sanitize "${1:-memcheck}" ;;
  bench) exec "${java[@]}" "$main" bench render --backend cuda "$@" ;;
  scenes) exec "${java[@]}" "$main" scenes "$@" ;;
  render) exec "${java[@]}" "$main" render --backend cuda "$@" ;;
  -h | --help) usage ;;
  *) usage >&2; exit 64 ;;
esac
