package io.bev.avatar.splat.scene.builtin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A build step: generates the built-in avatar and writes it to the resources. */
public final class PackBuiltInAvatar {

    private PackBuiltInAvatar() {}

    /** @param arguments directory of the compiled classes */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]).resolve(BuiltInAvatar.PACK.substring(1));
        Files.createDirectories(file.getParent());
        Files.write(file, AvatarPack.write(BuiltInAvatar.create()));
    }
}
