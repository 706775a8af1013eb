package io.bev.avatar.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout that the tests run in. */
public final class Repository {

    private Repository() {}

    /** Its root, the nearest directory above the working directory that contains the {@code avatar} script. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(directory.resolve("avatar"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "no avatar script above " + Path.of("").toAbsolutePath());
            }
            directory = parent;
        }
        return directory;
    }
}
