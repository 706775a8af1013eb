package io.bev.avatar.renderer;

import io.bev.avatar.renderer.frame.RenderableAvatar;
import io.bev.avatar.splat.scene.ModelMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model shown at start: the one loaded at run time before a restart, otherwise the configured one.
 *
 * @param path its file; empty for the built-in avatar
 * @param notes why it is not the one loaded at run time
 */
record InitialModel(Optional<Path> path, RenderableAvatar avatar, List<String> notes) {

    private static final Logger LOG = LoggerFactory.getLogger(InitialModel.class);

    /** @throws IOException when the configured model is unusable */
    static InitialModel load(RenderableAvatarLoader avatars, SavedModel saved, Optional<Path> configured)
            throws IOException {
        Optional<SavedModel.Saved> choice = saved.read(configured);
        if (choice.isEmpty()) {
            return new InitialModel(configured, avatars.load(configured, ModelMemory.ofHeap()), List.of());
        }
        Optional<Path> path = choice.get().path();
        String problem;
        if (choice.get().endsTheProcess()) {
            problem = "the process ended repeatedly while it was loaded";
        } else {
            try {
                saved.starting(choice.get(), configured);
                return new InitialModel(path, avatars.load(path, ModelMemory.ofHeap()), List.of());
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
            }
        }
        saved.clear();
        String note = "the model loaded at run time, "
                + path.map(Path::toString).orElse("built-in") + ", is unusable, showing the configured one: " + problem;
        LOG.warn("{}", note);
        return new InitialModel(configured, avatars.load(configured, ModelMemory.ofHeap()), List.of(note));
    }
}
