package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.Framings;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Loads an avatar from a file of any supported format. The format is detected by the magic bytes; {@code .splat}, which
 * has none, by file name.
 */
public final class AvatarLoader {

    /** The supported formats, for messages. */
    public static final String FORMATS = "a LAM bundle (.zip) or a Gaussian cloud (.ply, .spz, .splat)";

    private AvatarLoader() {}

    /**
     * Reads {@code file}.
     *
     * @throws AvatarFormatException with a one-line message for the user, for any fault of the file
     */
    public static Avatar load(Path file) throws IOException {
        String source = file.toString();
        check(file, source);
        byte[] start = new byte[4];
        int read;
        try (InputStream in = Files.newInputStream(file)) {
            read = in.readNBytes(start, 0, start.length);
        }
        if (startsWith(start, read, 'P', 'K')) {
            return LamBundleReader.read(file);
        }
        if (startsWith(start, read, 'p', 'l', 'y')) {
            return staticAvatar(file, (in, size) -> PlyReader.read(source, in, size, PlyReader.Colour.HARMONIC));
        }
        if (startsWith(start, read, 0x1f, 0x8b)) {
            return staticAvatar(file, (in, size) -> SpzReader.read(source, in, size));
        }
        if (startsWith(start, read, 'N', 'G', 'S', 'P')) {
            throw SpzReader.unsupportedVersionFour(source);
        }
        if (source.toLowerCase(Locale.ROOT).endsWith(".splat")) {
            return staticAvatar(file, (in, size) -> SplatReader.read(source, in, size));
        }
        throw new AvatarFormatException(
                source, FORMATS, "an unknown format", "set the model to a file in one of these formats");
    }

    private static void check(Path file, String source) throws IOException {
        if (!Files.exists(file)) {
            throw new AvatarFormatException(
                    source,
                    "an avatar file",
                    "no such file",
                    "check the path of the model; the installed service does not see files below /home, /root and /tmp");
        }
        if (Files.isDirectory(file)) {
            throw new AvatarFormatException(
                    source, FORMATS, "a directory", "give the path of the file itself; do not unzip a LAM bundle");
        }
        if (!Files.isReadable(file)) {
            throw new AvatarFormatException(
                    source, "a readable file", "no permission to read it", "change its owner or permissions");
        }
        if (Files.size(file) == 0) {
            throw new AvatarFormatException(source, FORMATS, "an empty file", "copy or download it again");
        }
    }

    private static boolean startsWith(byte[] start, int read, int... expected) {
        for (int i = 0; i < expected.length; i++) {
            if (i >= read || (start[i] & 0xFF) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private interface CloudReader {
        GaussianCloud read(InputStream in, long size) throws IOException;
    }

    private static Avatar staticAvatar(Path file, CloudReader reader) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            GaussianCloud cloud = reader.read(in, Files.size(file));
            return new Avatar(file.toString(), cloud, Optional.empty(), Framings.scene(cloud));
        }
    }
}
