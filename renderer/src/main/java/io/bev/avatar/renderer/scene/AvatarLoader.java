package io.bev.avatar.renderer.scene;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Loads an avatar from a file of any supported format, told by its first bytes. */
public final class AvatarLoader {

    /** What the loader reads, for messages. */
    public static final String FORMATS = "a LAM bundle (.zip) or a Gaussian splatting .ply";

    private AvatarLoader() {}

    /**
     * Reads {@code file}.
     *
     * @throws AvatarFormatException with one line for people, whatever is wrong with the file
     */
    public static Avatar load(Path file) throws IOException {
        String source = file.toString();
        check(file, source);
        byte[] start = new byte[4];
        int read;
        try (InputStream in = Files.newInputStream(file)) {
            read = in.readNBytes(start, 0, start.length);
        }
        if (read >= 4 && start[0] == 'P' && start[1] == 'K') {
            return LamBundleReader.read(file);
        }
        if (read >= 4 && start[0] == 'p' && start[1] == 'l' && start[2] == 'y') {
            return still(source, ply(file, source));
        }
        throw new AvatarFormatException(
                source, FORMATS, "a file of another kind", "give the path of an avatar in one of these formats");
    }

    private static void check(Path file, String source) throws IOException {
        if (!Files.exists(file)) {
            throw new AvatarFormatException(source, "an avatar file", "no such file", "check the path given as model");
        }
        if (Files.isDirectory(file)) {
            throw new AvatarFormatException(
                    source, FORMATS, "a directory", "give the file itself; a LAM bundle stays zipped");
        }
        if (!Files.isReadable(file)) {
            throw new AvatarFormatException(
                    source, "a readable file", "no permission to read it", "change its owner or mode");
        }
        if (Files.size(file) == 0) {
            throw new AvatarFormatException(source, FORMATS, "an empty file", "copy or download it again");
        }
    }

    private static GaussianCloud ply(Path file, String source) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return PlyReader.read(source, in, Files.size(file), PlyReader.Colour.HARMONIC);
        }
    }

    private static Avatar still(String source, GaussianCloud cloud) {
        return new Avatar(source, cloud, Optional.empty(), Framings.scene(cloud));
    }
}
