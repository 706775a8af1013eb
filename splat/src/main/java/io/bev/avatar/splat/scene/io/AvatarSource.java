package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.Avatar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Where avatars come from. */
@FunctionalInterface
public interface AvatarSource {

    /**
     * Loads an avatar.
     *
     * @param model its file; empty for the built-in avatar
     * @throws IOException with one line for people, when the file cannot be used
     */
    Avatar load(Optional<Path> model) throws IOException;
}
