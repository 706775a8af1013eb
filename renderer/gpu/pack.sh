#!/usr/bin/env bash
# Packs what the GPU checks need into one folder, for a machine with a GPU but without Java and network.
# Redis, web server and Jolokia stay behind: neither checks nor bench open them.
# Usage: renderer/gpu/pack.sh FOLDER    (the folder must not exist; the project must have been built: ./avatar test)
set -euo pipefail

renderer=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:?usage: pack.sh FOLDER}
limit_mb=60
[ ! -e "$out" ] || { echo "pack: $out exists; name a new folder" >&2; exit 73; }
java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
for needed in "$renderer/target/classes" "$renderer/target/test-classes" "$renderer/../common/target/classes"; do
  [ -d "$needed" ] || { echo "pack: $needed is missing; build first: ./avatar test" >&2; exit 66; }
done

mkdir -p "$out/lib"
out=$(readlink -f "$out")
(cd "$renderer/.." && mvn -B -q -o -Dquick -pl common,renderer -am test-compile dependency:copy-dependencies \
  -DincludeScope=test -DexcludeGroupIds=io.bev.avatar,com.tngtech.archunit,net.bytebuddy,io.lettuce,io.projectreactor,io.netty,org.jolokia -DoutputDirectory="$out/lib")
"$java_home/bin/jar" --create --file "$out/lib/avatar-common.jar" -C "$renderer/../common/target/classes" .
"$java_home/bin/jar" --create --file "$out/lib/avatar-renderer.jar" -C "$renderer/target/classes" .
"$java_home/bin/jar" --create --file "$out/lib/avatar-renderer-tests.jar" -C "$renderer/target/test-classes" .
"$java_home/bin/jlink" --output "$out/java" --strip-debug --no-header-files --no-man-pages --compress=2 \
  --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.sql,java.xml,jdk.management,jdk.unsupported
# Of jcuda's libraries only the driver's is used.
natives=$(echo "$out"/lib/jcuda-natives-*.jar)
unpacked=$(mktemp -d)
(cd "$unpacked" && "$java_home/bin/jar" --extract --file "$natives")
find "$unpacked" -name 'lib*' -type f ! -name '*JCudaDriver*' -delete
"$java_home/bin/jar" --create --file "$natives" -C "$unpacked" .
rm -r "$unpacked"
strip --strip-unneeded "$out/java/lib/server/libjvm.so" 2>/dev/null || true
cp "$renderer/gpu/run.sh" "$renderer/gpu/gsplat_bench.py" "$out/"
chmod +x "$out/run.sh"
size_mb=$(du -sm "$out" | cut -f1)
echo "packed $size_mb MB into $out; on the GPU machine: $out/run.sh contract"
[ "$size_mb" -lt "$limit_mb" ] || { echo "pack: $size_mb MB, expected less than $limit_mb" >&2; exit 70; }
