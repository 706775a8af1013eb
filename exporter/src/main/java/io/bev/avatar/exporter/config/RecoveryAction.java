package io.bev.avatar.exporter.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Automatic recovery actions executed by the renderer. */
public enum RecoveryAction {
    /** Releases unused GPU memory. */
    TRIM_GPU_MEMORY,
    /** Lowers the frame rate while the GPU is hot. */
    LOWER_FRAME_RATE,
    /** Recreates the CUDA context. */
    REBUILD_CONTEXT,
    /** Stops the renderer so that its supervisor restarts it. */
    RESTART_RENDERER;

    /** Name in labels and in the configuration. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The action with the given label. */
    public static Optional<RecoveryAction> of(String label) {
        return Stream.of(values())
                .filter(action -> action.label().equals(label))
                .findFirst();
    }

    static List<String> labels() {
        return Stream.of(values()).map(RecoveryAction::label).toList();
    }
}
