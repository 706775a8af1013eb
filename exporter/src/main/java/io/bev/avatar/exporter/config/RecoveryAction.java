package io.bev.avatar.exporter.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the exporter can have the renderer do by itself. */
public enum RecoveryAction {
    /** Gives unused GPU memory back. */
    TRIM_GPU_MEMORY,
    /** Draws fewer frames a second while it is hot. */
    LOWER_FRAME_RATE,
    /** Makes the CUDA context anew. */
    REBUILD_CONTEXT,
    /** Ends the renderer for its supervisor to start it again. */
    RESTART_RENDERER;

    /** As it stands in labels and in the configuration. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The action of that label. */
    public static Optional<RecoveryAction> of(String label) {
        return Stream.of(values())
                .filter(action -> action.label().equals(label))
                .findFirst();
    }

    static List<String> labels() {
        return Stream.of(values()).map(RecoveryAction::label).toList();
    }
}
