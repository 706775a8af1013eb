package io.bev.avatar.splat.scene;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the real avatars that lie beside the repository; tests that need them skip where they are absent. */
public final class SharedAvatars {

    private SharedAvatars() {}

    /** The file {@code name} of the shared avatars; skips the calling test where there is none. */
    public static Path require(String name) {
        Optional<Path> folder = folder();
        Path file = folder.orElse(Path.of("shared")).resolve("avatars").resolve(name);
        assumeTrue(Files.isReadable(file), "needs " + name + " in ../shared/avatars or in $AVATAR_SHARED/avatars");
        return file;
    }

    private static Optional<Path> folder() {
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
