package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.ModelMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Loads an avatar from a file of any supported format. */
public final class AvatarLoader {

    /** The supported formats, for messages. */
    public static final String FORMATS =
            "a LAM bundle (.zip) or a Gaussian cloud (.ply, .spz, .sog, .glb, .ksplat, .splat, .gltf, meta.json)";

    private AvatarLoader() {}

    /**
     * Reads {@code file} with the whole heap for it.
     *
     * @throws AvatarFormatException with a one-line message for the user, for any fault of the file
     */
    public static Avatar load(Path file) throws IOException {
        return load(file, ModelMemory.ofHeap());
    }

    /**
     * Reads {@code file}.
     *
     * @param memory for the avatar
     * @throws AvatarFormatException with a one-line message for the user, for any fault of the file, and if it does not fit
     *     into memory
     */
    public static Avatar load(Path file, ModelMemory memory) throws IOException {
        String source = file.toString();
        check(file, source);
        Reading reading = new Reading(source, memory);
        byte[] start = ByteSource.of(file, Files.size(file)).start(4);
        if (CloudFormat.isZip(start)) {
            return ZipReader.read(reading, file);
        }
        return CloudFormat.staticAvatar(reading, ByteSource.of(file, Files.size(file)), name -> beside(file, name));
    }

    private static ByteSource beside(Path file, String name) throws IOException {
        Path other = file.resolveSibling(name);
        check(other, other.toString());
        return ByteSource.of(other, Files.size(other));
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
}
