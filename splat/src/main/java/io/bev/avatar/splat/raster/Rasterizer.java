package io.bev.avatar.splat.raster;

import java.util.Optional;

/**
 * Renders posed Gaussians. Called by one thread at a time; may use more threads internally. After the first frames of a
 * size and cloud a call allocates nothing.
 */
public interface Rasterizer extends AutoCloseable {

    /** Display name, such as {@code cpu (vector 256 bit)}. */
    String name();

    /** Whether it applies {@link PosedGaussians#rig}; otherwise it needs posed arrays. */
    default boolean posesItself() {
        return false;
    }

    /** The reason why it does not render on the intended device; empty if it does. For any thread. */
    default Optional<String> problem() {
        return Optional.empty();
    }

    /** Number of fallbacks from a failed device to another. For any thread. */
    default long fallbacks() {
        return 0;
    }

    /** Renders {@code splats} as seen by {@code camera}; sets project, sort, blend and copy of {@code times}. */
    void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times);

    @Override
    void close();
}
