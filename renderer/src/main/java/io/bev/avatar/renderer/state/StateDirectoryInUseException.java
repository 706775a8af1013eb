package io.bev.avatar.renderer.state;

import java.nio.file.Path;

/** Another renderer uses the state directory; a configuration error. */
public final class StateDirectoryInUseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StateDirectoryInUseException(Path directory) {
        super("state.directory: found " + directory.toAbsolutePath()
                + " in use by another renderer, expected a directory of its own;"
                + " stop the other one, or set state.directory (BEV_AVATAR_STATE_DIR) to another directory");
    }
}
