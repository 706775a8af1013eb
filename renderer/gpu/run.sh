#!/usr/bin/env bash
# Checks and measures the CUDA backend from a packed folder. See docs/cuda.md.
# Usage: run.sh contract | sanitize [memcheck|racecheck|initcheck] | leaks | bench [--model FILE] [--json] | scenes FOLDER | render ARGUMENTS
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
java=("$here/java/bin/java" -Xmx2g -Djava.awt.headless=true "-Djna.library.path=$here/native" -cp "$here/lib/*")
checks=io.bev.avatar.splat.raster.cuda.GpuTestMain
main=io.bev.avatar.renderer.cli.RendererMain

usage() { sed -n 's/^# Usage: /usage: /p' "$0"; }

# What the checks keep is of no use after.
in_passing() {
  local folder status=0
  folder=$(mktemp -d)
  (cd "$folder" && "$@") || status=$?
  rm -rf "$folder"
  exit "$status"
}

sanitize() {
  local tool=$1 sanitizer
  case "$tool" in
    memcheck | racecheck | initcheck) ;;
    *) echo "run: sanitize: found $tool, expected memcheck, racecheck or initcheck" >&2; exit 64 ;;
  esac
  # Toolkits do not put it on the PATH.
  sanitizer=$(PATH=$PATH:/usr/local/cuda/bin:/opt/cuda/bin command -v compute-sanitizer) || {
    echo "run: sanitize: no compute-sanitizer on the PATH or in /usr/local/cuda/bin; it comes with the CUDA toolkit" >&2
    exit 69
  }
  # The JVM handles its own SIGSEGV; only the kernels are looked at.
  in_passing "$sanitizer" --tool "$tool" --error-exitcode 1 --target-processes all "${java[@]}" "$checks" contract
}

command=${1:-}
shift || true
case "$command" in
  contract) in_passing "${java[@]}" "$checks" contract ;;
  # Frames, models and contexts by the thousand: minutes.
  leaks) in_passing "${java[@]}" "$checks" leaks ;;
  sanitize) sanitize "${1:-memcheck}" ;;
  bench) exec "${java[@]}" "$main" bench render --backend cuda "$@" ;;
  scenes) exec "${java[@]}" "$main" scenes "$@" ;;
  render) exec "${java[@]}" "$main" render --backend cuda "$@" ;;
  -h | --help) usage ;;
  *) usage >&2; exit 64 ;;
esac
