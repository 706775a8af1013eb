package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.raster.RandomClouds;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.testkit.Fuzzer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with random damage are read or rejected with a message, never with another exception. */
class ModelFileFuzzTest {

    @Test
    void damagedMesh_isReadOrRejected() {
        Fuzzer.run(new GlbFile().bytes(), AvatarFormatException.class, file -> {
            GlbRigReader reader = new GlbRigReader(Glb.parse("skin.glb", file), 2);
            reader.positions();
            reader.rig(new double[3]);
        });
    }

    @Test
    void damagedPly_isReadOrRejected() {
        Fuzzer.run(
                PlyFile.ofDegree(1).vertex("x", 1).vertex().bytes(),
                AvatarFormatException.class,
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
        int rounds = name.endsWith(".sog") ? Fuzzer.ROUNDS / 50 : Fuzzer.ROUNDS / 4;
        Fuzzer.run(whole(name), rounds, AvatarFormatException.class, content -> {
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
        Fuzzer.run(
                content,
                name.equals("meta.json") ? Fuzzer.ROUNDS / 50 : Fuzzer.ROUNDS / 4,
                AvatarFormatException.class,
                damaged -> {
                    byte[] container = switch (name) {
                        case "meta.json" -> zipped(images, damaged);
                        case "cloud.zip" ->
                            new ZipFileBuilder().add("a.ply", damaged).bytes();
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
}
