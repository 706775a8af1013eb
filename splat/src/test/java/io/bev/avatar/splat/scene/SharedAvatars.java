package io.bev.avatar.splat.scene;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the sample avatars next to the repository; tests that need them are skipped where they are absent. */
public final class SharedAvatars {

    private SharedAvatars() {}

    /** The file {@code name} of the shared avatars; skips the calling test if it is missing. */
    public static Path require(String name) {
        Optional<Path> directory = directory();
        Path file = directory.orElse(Path.of("shared")).resolve("avatars").resolve(name);
        assumeTrue(Files.isReadable(file), "needs " + name + " in ../shared/avatars or in $AVATAR_SHARED/avatars");
        return file;
    }

    private static Optional<Path> directory() {
        String named = System.getProperty("avatar.shared", System.getenv().getOrDefault("AVATAR_SHARED", ""));
        if (!named.isBlank()) {
            return Optional.of(Path.of(named));
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolveSibling("shared");
            if (at.getParent() != null && Files.isDirectory(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
