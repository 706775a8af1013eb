package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with random damage are read or rejected with a message, never with another exception. */
class DamagedFilesTest {

    private static final long SEED = 20_260_101;
    /** Inputs per format; {@code -Davatar.fuzz=100000} is the long form. */
    private static final int ROUNDS = Integer.getInteger("avatar.fuzz", 2000);
    /** More than any reader allocates for a file of a few kilobytes. */
    private static final long MAX_ALLOCATED_BYTES = 256L << 20;

    private static final long MAX_CPU_NANOS = 1_000_000_000;

    private static final int[] EXTREMES = {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7f800000, 0x10000000};
    private static final List<String> TOKENS =
            List.of("-1", "4294967296", "1e999", "1e-999", "null", "{}", "[]", "\"", "2147483647", "0.5");

    private interface Attempt {
        void read(byte[] file) throws IOException;
    }

    @Test
    void damagedMesh_isReadOrRejected() {
        damage(new GlbFile().bytes(), file -> {
            GlbRigReader reader = new GlbRigReader(Glb.parse("skin.glb", file), 2);
            reader.positions();
            reader.rig(new double[3]);
        });
    }

    @Test
    void damagedPly_isReadOrRejected() {
        damage(
                PlyFile.ofDegree(1).vertex("x", 1).vertex().bytes(),
                file -> PlyReader.read(
                        Reading.of("a.ply"), new ByteArrayInputStream(file), file.length, PlyReader.Colour.HARMONIC));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tiny.ply",
                "tiny.compressed.ply",
                "tiny.spz",
                "tiny.glb",
                "a.spz",
                "a.ksplat",
                "a.splat",
                "a.ply",
                "lam.zip",
                "cloud.zip",
                "a.ply.gz",
                "tiny.sog"
            })
    void damagedFile_isReadOrRejected(String name, @TempDir Path directory) throws IOException {
        Path file = directory.resolve(name);
        // Decoding seven images takes a hundred times as long as anything else.
        int rounds = name.endsWith(".sog") ? ROUNDS / 50 : ROUNDS / 4;
        damage(whole(name), rounds, content -> {
            AvatarLoader.load(Files.write(file, content));
        });
    }

    /** Damage below a valid checksum, which the reader of the container would notice. */
    @ParameterizedTest
    @ValueSource(strings = {"a.spz", "tiny.spz", "a.ply.gz", "meta.json", "cloud.zip"})
    void damagedContent_inIntactContainer_isReadOrRejected(String name, @TempDir Path directory) throws IOException {
        Path file = directory.resolve(name.equals("meta.json") ? "a.sog" : name);
        Map<String, byte[]> images = name.equals("meta.json") ? unzipped(whole("tiny.sog")) : Map.of();
        byte[] content = switch (name) {
            case "meta.json" -> images.getOrDefault("meta.json", new byte[0]);
            case "cloud.zip" -> whole("tiny.compressed.ply");
            case "a.ply.gz" -> whole("a.ply");
            case "tiny.spz" -> SpzReaderTest.file(2, 5, 1);
            default -> SpzReaderTest.file(3, 5, 2);
        };
        damage(content, name.equals("meta.json") ? ROUNDS / 50 : ROUNDS / 4, damaged -> {
            byte[] container = switch (name) {
                case "meta.json" -> zipped(images, damaged);
                case "cloud.zip" -> new ZipFileBuilder().add("a.ply", damaged).bytes();
                default -> SpzReaderTest.gzip(damaged);
            };
            AvatarLoader.load(Files.write(file, container));
        });
    }

    private static Map<String, byte[]> unzipped(byte[] zip) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        Path file = Files.write(Files.createTempFile("avatar", ".sog"), zip);
        try (ZipArchive archive = ZipArchive.open("a.sog", file)) {
            for (ZipArchive.Entry entry : archive.files()) {
                entries.put(entry.name(), archive.verified(entry, 1000).start((int) entry.size()));
            }
        } finally {
            Files.delete(file);
        }
        return entries;
    }

    private static byte[] zipped(Map<String, byte[]> entries, byte[] meta) {
        ZipFileBuilder zip = new ZipFileBuilder();
        entries.forEach((name, content) -> zip.add(name, name.equals("meta.json") ? meta : content));
        return zip.bytes();
    }

    private static byte[] whole(String name) throws IOException {
        byte[] ply =
                PlyFile.ofDegree(1).vertex("x", 1, "opacity", 2).vertex("x", 2).bytes();
        return switch (name) {
            case "a.spz" -> SpzReaderTest.gzip(SpzReaderTest.file(3, 5, 2));
            case "a.ksplat" -> KsplatFile.of(RandomClouds.cube(5, 7, 2, 0.05, 2), 2);
            case "a.splat" -> new byte[320];
            case "a.ply" ->
                new String(PlyFile.ofDegree(0).bytes(), StandardCharsets.ISO_8859_1)
                        .replace("binary_little_endian", "ascii")
                        .replace("vertex 0", "vertex 1")
                        .concat("1 2 3 0 0 0 .1 .2 .3 0 -1 -2 -3 1 0 0 0\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
            case "a.ply.gz" -> SpzReaderTest.gzip(ply);
            case "cloud.zip" -> new ZipFileBuilder().zip64().add("a.ply", ply).bytes();
            case "lam.zip" ->
                new ZipFileBuilder()
                        .method(0)
                        .add(
                                "a/offset.ply",
                                PlyFile.ofDegree(0).vertex().vertex().bytes())
                        .add("a/skin.glb", new GlbFile().bytes())
                        .bytes();
            default -> FormatsTest.resource(name);
        };
    }

    private static void damage(byte[] whole, Attempt attempt) {
        damage(whole, ROUNDS, attempt);
    }

    private static void damage(byte[] whole, int rounds, Attempt attempt) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Random random = new Random(SEED);
        for (int round = 0; round < rounds; round++) {
            byte[] file = damaged(whole, random);
            long start = threads.getCurrentThreadCpuTime();
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                attempt.read(file);
            } catch (AvatarFormatException expected) {
                // Rejected with a message.
            } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
                fail("seed " + SEED + ", round " + round, e);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes allocated, seed %d, round %d", SEED, round)
                    .isLessThan(MAX_ALLOCATED_BYTES);
            assertThat(threads.getCurrentThreadCpuTime() - start)
                    .as("CPU time in ns, seed %d, round %d", SEED, round)
                    .isLessThan(MAX_CPU_NANOS);
        }
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] file = whole.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(file.length);
            switch (random.nextInt(8)) {
                case 0 -> {
                    int value = EXTREMES[random.nextInt(EXTREMES.length)];
                    for (int i = at; i < Math.min(file.length, at + 4); i++) {
                        file[i] = (byte) (value >> (8 * (i - at)));
                    }
                }
                case 1 -> file = spliced(file, at, at + random.nextInt(8), new byte[0]);
                case 2 -> {
                    byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.US_ASCII);
                    file = spliced(file, at, at + random.nextInt(4), token);
                }
                default -> file[at] = randomByte(random);
            }
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
    }

    /** {@code file} with the bytes {@code from} to {@code to} replaced; at least one byte. */
    private static byte[] spliced(byte[] file, int from, int to, byte[] replacement) {
        int end = Math.min(to, file.length);
        byte[] result = new byte[Math.max(1, file.length - (end - from) + replacement.length)];
        System.arraycopy(file, 0, result, 0, from);
        System.arraycopy(replacement, 0, result, from, Math.min(replacement.length, result.length - from));
        int rest = Math.min(file.length - end, result.length - from - replacement.length);
        if (rest > 0) {
            System.arraycopy(file, end, result, from + replacement.length, rest);
        }
        return result;
    }

    /** Half of them are digits and JSON's structural characters, which damage structure rather than text. */
    private static byte randomByte(Random random) {
        String structural = "0123456789-,:[]{}\" e";
        return (byte)
                (random.nextBoolean() ? structural.charAt(random.nextInt(structural.length())) : random.nextInt(256));
    }
}
