#!/usr/bin/env bash
# Packs the GPU checks with a Java runtime into one directory, for a machine with a GPU but without Java and network.
# Excludes Redis client, web server and Jolokia, which neither checks nor bench use.
# Usage: renderer/gpu/pack.sh DIRECTORY    (must not exist; build the project first: ./avatar test)
set -euo pipefail

usage() { sed -n 's/^# Usage: /usage: /p' "$0"; }

renderer=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  '' | -*) usage >&2; exit 64 ;;
esac
[ $# -eq 1 ] || { usage >&2; exit 64; }
out=$1
limit_bytes=60000000
[ ! -e "$out" ] || { echo "pack: $out exists; name a new directory" >&2; exit 73; }
java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
[ -x "$java_home/bin/jlink" ] || { echo "pack: $java_home/bin/jlink not found; set JAVA_HOME to a JDK 17" >&2; exit 69; }
for needed in "$renderer"/target/classes "$renderer"/../{common,splat}/target/classes "$renderer"/../splat/target/test-classes; do
  [ -d "$needed" ] || { echo "pack: $needed is missing; build first: ./avatar test" >&2; exit 66; }
done

# keep_natives JAR PATTERN: removes native libraries whose path does not match.
keep_natives() {
  local unpacked
  unpacked=$(mktemp -d)
  (cd "$unpacked" && "$java_home/bin/jar" --extract --file "$1")
  find "$unpacked" -type f \( -name 'lib*' -o -name '*.dll' \) ! -path "$2" -delete
  "$java_home/bin/jar" --create --file "$1" -C "$unpacked" .
  rm -r "$unpacked"
}

mkdir -p "$out/lib"
out=$(readlink -f "$out")
(cd "$renderer/.." && mvn -B -q -o -Dquick -pl common,splat,renderer -am test-compile dependency:copy-dependencies \
  -DincludeScope=test -DexcludeGroupIds=io.bev.avatar,com.tngtech.archunit,net.bytebuddy,io.lettuce,io.projectreactor,io.netty,org.jolokia -DoutputDirectory="$out/lib")
"$java_home/bin/jar" --create --file "$out/lib/avatar-common.jar" -C "$renderer/../common/target/classes" .
"$java_home/bin/jar" --create --file "$out/lib/avatar-renderer.jar" -C "$renderer/target/classes" .
"$java_home/bin/jar" --create --file "$out/lib/avatar-splat.jar" -C "$renderer/../splat/target/classes" .
"$java_home/bin/jar" --create --file "$out/lib/avatar-splat-tests.jar" -C "$renderer/../splat/target/test-classes" .
# English messages only; no display, sound or fonts.
"$java_home/bin/jlink" --output "$out/java" --strip-debug --no-header-files --no-man-pages --compress=2 \
  --exclude-resources 'regex:.*_(de|es|fr|it|ja|ko|pt_BR|sv|zh_CN|zh_HK|zh_TW)\.(class|properties)' \
  --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.sql,java.xml,jdk.management,jdk.unsupported
rm -f "$out"/java/lib/lib{awt_xawt,fontmanager,jawt,jsound,mlib_image,splashscreen}.so
strip --strip-unneeded "$out"/java/lib/*.so "$out/java/lib/server/libjvm.so" 2>/dev/null || true
# The renderer's JPEG encoder, if libturbojpeg0 is installed; otherwise Java's own encoder is measured.
turbojpeg=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p | sed -n '/x86-64/s/.*libturbojpeg\.so\.0 .*=> //p' | head -1)
if [ -n "$turbojpeg" ]; then
  install -D -m 644 "$turbojpeg" "$out/native/libturbojpeg.so.0"
else
  echo "pack: libturbojpeg.so.0 is not installed here; the GPU machine needs libturbojpeg0 for fast JPEG" >&2
fi
# Only the driver library of jcuda and this platform's library of JNA are used.
keep_natives "$(echo "$out"/lib/jcuda-natives-*.jar)" '*JCudaDriver*'
keep_natives "$(echo "$out"/lib/jna-*.jar)" '*/linux-x86-64/*'
cp "$renderer/gpu/run.sh" "$renderer/gpu/gsplat_bench.py" "$out/"
chmod +x "$out/run.sh"
bytes=$(du -sb "$out" | cut -f1)
size="$((bytes / 1000000)).$((bytes / 100000 % 10)) MB"
[ "$bytes" -lt "$limit_bytes" ] || { echo "pack: the size of $out is $size, expected less than $((limit_bytes / 1000000)) MB" >&2; exit 70; }
echo "packed $size into $out; on the GPU machine: $out/run.sh contract"
