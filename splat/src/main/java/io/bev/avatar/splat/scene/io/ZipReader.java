package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the avatar in a zip file: a LAM bundle, a single cloud, or one zip file that holds one of them. */
final class ZipReader {

    private static final List<String> CLOUDS = List.of(".ply", ".ply.gz", ".spz", ".sog", ".glb", ".ksplat", ".splat");
    /** A larger inner archive is no avatar. */
    private static final long MAX_INNER_BYTES = 8L << 30;

    private static final int MAX_META_BYTES = 16 << 20;
    private static final int MAX_DEPTH = 1;

    private ZipReader() {}

    static Avatar read(Reading reading, Path file) throws IOException {
        return read(reading, reading.source(), file, 0);
    }

    private static Avatar read(Reading reading, String name, Path file, int depth) throws IOException {
        try (ZipArchive zip = ZipArchive.open(name, file)) {
            if (LamBundleReader.fits(zip)) {
                return LamBundleReader.read(reading, zip);
            }
            Optional<ZipArchive.Entry> meta = zip.files().stream()
                    .filter(entry -> entry.baseName().equals("meta.json"))
                    .findFirst();
            if (meta.isPresent()) {
                return sog(reading, zip, meta.get());
            }
            List<ZipArchive.Entry> clouds = entries(zip, CLOUDS);
            List<ZipArchive.Entry> inner = entries(zip, List.of(".zip", ".sog"));
            if (clouds.size() == 1 && !inner.equals(clouds)) {
                return CloudFormat.staticAvatar(
                        reading, zip.verified(clouds.get(0), Gzip.MAX_COMPRESSION), part -> missing(reading, part));
            }
            if ((clouds.isEmpty() || clouds.equals(inner)) && inner.size() == 1 && depth < MAX_DEPTH) {
                return inner(reading, zip, inner.get(0), depth);
            }
            throw reading.bad(
                    "a zip file with one avatar: offset.ply and skin.glb, or one of " + String.join(", ", CLOUDS),
                    clouds.isEmpty() ? contents(zip) : clouds.size() + " clouds: " + names(clouds),
                    "zip one avatar, or set the model to the file itself");
        }
    }

    private static Avatar sog(Reading reading, ZipArchive zip, ZipArchive.Entry meta) throws IOException {
        if (meta.size() > MAX_META_BYTES) {
            throw reading.bad(
                    "a meta.json of at most " + MAX_META_BYTES + " bytes", meta.size() + " bytes", "export it again");
        }
        byte[] json = zip.verified(meta, Gzip.MAX_COMPRESSION).start(MAX_META_BYTES);
        JsonNode root = JsonFiles.parse(reading, json);
        if (!SogReader.fits(root)) {
            throw reading.bad("a SOG", "a meta.json of another kind", "export the avatar as .sog or .ply");
        }
        GaussianCloud cloud = SogReader.read(reading, root, name -> {
            for (ZipArchive.Entry entry : zip.files()) {
                if (entry.name().equals(meta.directory() + name)) {
                    return zip.verified(entry, Gzip.MAX_COMPRESSION);
                }
            }
            return missing(reading, name);
        });
        return CloudFormat.staticAvatar(reading, cloud);
    }

    private static ByteSource missing(Reading reading, String name) throws AvatarFormatException {
        throw reading.bad("the file " + name + " in the archive", "none", "export the avatar again");
    }

    private static Avatar inner(Reading reading, ZipArchive zip, ZipArchive.Entry entry, int depth) throws IOException {
        if (entry.size() > MAX_INNER_BYTES) {
            throw reading.bad("an inner zip file of at most 8 GiB", entry.size() + " bytes", "unzip the outer file");
        }
        ByteSource content = zip.verified(entry, Gzip.MAX_COMPRESSION);
        Path copy = Files.createTempFile("avatar", ".zip");
        try {
            try (InputStream in = content.open(0)) {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            return read(reading, content.name(), copy, depth + 1);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static List<ZipArchive.Entry> entries(ZipArchive zip, List<String> endings) {
        return zip.files().stream()
                .filter(entry -> !entry.baseName().startsWith("._"))
                .filter(entry -> endings.stream().anyMatch(entry.baseName().toLowerCase(Locale.ROOT)::endsWith))
                .toList();
    }

    private static String contents(ZipArchive zip) {
        return zip.files().isEmpty() ? "no files" : names(zip.files());
    }

    private static String names(List<ZipArchive.Entry> entries) {
        String first = entries.stream().limit(5).map(ZipArchive.Entry::name).collect(Collectors.joining(", "));
        return entries.size() > 5 ? first + ", ..." : first;
    }
}
