#!/usr/bin/env bash
# Checks and measures the CUDA backend from a packed folder. See docs/cuda.md.
# Usage: run.sh contract | sanitize [memcheck|racecheck|initcheck] | leaks | bench [--model FILE] [--json] | scenes FOLDER | render ARGUMENTS
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
java=("$here/java/bin/java" -Xmx2g -cp "$here/lib/*")
checks=io.bev.avatar.renderer.raster.cuda.GpuChecks
main=io.bev.avatar.renderer.RendererMain
command=${1:-}
shift || true
case "$command" in
  # What the checks keep is of no use after.
  contract | leaks | sanitize) cd "$(mktemp -d)" ;;
esac
case "$command" in
  contract) exec "${java[@]}" "$checks" contract ;;
  # Frames, models and contexts by the thousand: minutes.
  leaks) exec "${java[@]}" "$checks" leaks ;;
  sanitize)
    # The JVM handles its own SIGSEGV; only the kernels are looked at.
    exec compute-sanitizer --tool "${1:-memcheck}" --error-exitcode 1 --target-processes all "${java[@]}" "$checks" contract ;;
  bench) exec "${java[@]}" "$main" bench render --backend cuda "$@" ;;
  scenes) exec "${java[@]}" "$main" scenes "$@" ;;
  render) exec "${java[@]}" "$main" render --backend cuda "$@" ;;
  *) sed -n 's/^# Usage: /usage: /p' "$0" >&2; exit 64 ;;
esac
