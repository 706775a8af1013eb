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
            byte[] file = whole.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                file[random.nextInt(file.length)] = randomByte(random);
            }
            if (random.nextInt(8) == 0) {
                file = java.util.Arrays.copyOf(file, random.nextInt(file.length));
            }
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
        }
    }

    /** Half of them are digits and JSON's structural characters, which damage structure rather than text. */
    private static byte randomByte(Random random) {
        String structural = "0123456789-,:[]{}\" e";
        return (byte)
                (random.nextBoolean() ? structural.charAt(random.nextInt(structural.length())) : random.nextInt(256));
    }
}
