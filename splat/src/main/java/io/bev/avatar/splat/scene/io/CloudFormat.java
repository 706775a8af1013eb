package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.Framings;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.Origin;
import io.bev.avatar.splat.scene.Recentring;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * The formats of clouds without rig, detected by their first bytes; {@code .splat} and {@code .ksplat}, which have no magic
 * bytes, by file name.
 */
final class CloudFormat {

    private static final int START = 64;

    private CloudFormat() {}

    static boolean isZip(byte[] start) {
        return startsWith(start, 'P', 'K');
    }

    /**
     * Reads a cloud and places its camera.
     *
     * @param parts the files beside it, for formats of several files
     */
    static Avatar staticAvatar(Reading reading, ByteSource source, SogReader.Parts parts) throws IOException {
        return staticAvatar(reading, read(reading, source, parts));
    }

    static Avatar staticAvatar(Reading reading, GaussianCloud cloud) {
        Origin origin = Recentring.apply(cloud, reading.origin());
        return new Avatar(reading.source(), cloud, Optional.empty(), Framings.scene(cloud), origin, reading.findings());
    }

    private static GaussianCloud read(Reading reading, ByteSource source, SogReader.Parts parts) throws IOException {
        byte[] start = source.start(START);
        String name = source.name().toLowerCase(Locale.ROOT);
        boolean gzip = startsWith(start, 0x1f, 0x8b);
        boolean gzipOfPly = gzip && startsWith(Gzip.start(source, START), 'p', 'l', 'y');
        if (startsWith(start, 'N', 'G', 'S', 'P') || (gzip && !gzipOfPly)) {
            return readSpz(reading, source);
        }
        if (startsWith(start, 'g', 'l', 'T', 'F')) {
            return JsonFiles.readGlb(reading, source);
        }
        if (isJson(start) && (name.endsWith(".json") || name.endsWith(".gltf"))) {
            return JsonFiles.read(reading, source, parts);
        }
        try (InputStream in = source.open(0)) {
            if (startsWith(start, 'p', 'l', 'y')) {
                return PlyReader.read(reading, in, source.size(), PlyReader.Colour.HARMONIC);
            }
            if (gzipOfPly) {
                long most = source.size() * Gzip.MAX_COMPRESSION;
                return Gzip.read(reading, in, ply -> PlyReader.read(reading, ply, most, PlyReader.Colour.HARMONIC));
            }
            if (name.endsWith(".ksplat")) {
                return KsplatReader.read(reading, in, source.size());
            }
            if (name.endsWith(".splat")) {
                return SplatReader.read(reading, in, source.size());
            }
        }
        throw OtherFiles.unknown(reading, name, start);
    }

    /** Reads .spz of any version. */
    static GaussianCloud readSpz(Reading reading, ByteSource source) throws IOException {
        if (startsWith(source.start(4), 'N', 'G', 'S', 'P')) {
            return SpzReader.readVersionFour(reading, source);
        }
        try (InputStream in = source.open(0)) {
            return SpzReader.read(reading, in, source.size());
        }
    }

    private static boolean isJson(byte[] start) {
        int i = 0;
        while (i < start.length && (start[i] <= ' ' && start[i] >= 0)) {
            i++;
        }
        return i < start.length && start[i] == '{';
    }

    static boolean startsWith(byte[] start, int... expected) {
        for (int i = 0; i < expected.length; i++) {
            if (i >= start.length || (start[i] & 0xFF) != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
