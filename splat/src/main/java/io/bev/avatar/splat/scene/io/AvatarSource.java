package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Loads avatars. */
@FunctionalInterface
public interface AvatarSource {

    /**
     * Loads an avatar.
     *
     * @param model its file; empty for the built-in avatar
     * @throws IOException with a one-line message for the user, if the file is unusable
     */
    Avatar load(Optional<Path> model) throws IOException;
}
