package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.Framings;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.Origin;
import io.bev.avatar.splat.scene.Recentring;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * The formats of clouds without rig, detected by their first bytes; {@code .splat}, which has no magic bytes, by
 * file name.
 */
final class CloudFormat {

    private static final int START = 64;

    private CloudFormat() {}

    static boolean isZip(byte[] start) {
        return startsWith(start, 'P', 'K');
    }

    /** Reads a cloud and places its camera. */
    static Avatar staticAvatar(Reading reading, ByteSource source) throws IOException {
        GaussianCloud cloud = read(reading, source);
        Origin origin = Recentring.apply(cloud, reading.origin());
        return new Avatar(reading.source(), cloud, Optional.empty(), Framings.scene(cloud), origin, reading.findings());
    }

    private static GaussianCloud read(Reading reading, ByteSource source) throws IOException {
        byte[] start = source.start(START);
        try (InputStream in = source.open(0)) {
            if (startsWith(start, 'p', 'l', 'y')) {
                return PlyReader.read(reading, in, source.size(), PlyReader.Colour.HARMONIC);
            }
            if (startsWith(start, 0x1f, 0x8b)) {
                return compressed(reading, source, in);
            }
            if (startsWith(start, 'N', 'G', 'S', 'P')) {
                throw SpzReader.unsupportedVersionFour(reading.source());
            }
            if (source.name().toLowerCase(Locale.ROOT).endsWith(".splat")) {
                return SplatReader.read(reading, in, source.size());
            }
        }
        throw new AvatarFormatException(
                reading.source(),
                AvatarLoader.FORMATS,
                "an unknown format",
                "set the model to a file in one of these formats");
    }

    private static GaussianCloud compressed(Reading reading, ByteSource source, InputStream in) throws IOException {
        if (startsWith(Gzip.start(source, START), 'p', 'l', 'y')) {
            long most = source.size() * Gzip.MAX_COMPRESSION;
            return Gzip.read(reading, in, ply -> PlyReader.read(reading, ply, most, PlyReader.Colour.HARMONIC));
        }
        return SpzReader.read(reading, in, source.size());
    }

    private static boolean startsWith(byte[] start, int... expected) {
        for (int i = 0; i < expected.length; i++) {
            if (i >= start.length || (start[i] & 0xFF) != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
