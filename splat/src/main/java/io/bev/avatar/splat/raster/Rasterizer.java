package io.bev.avatar.splat.raster;

import java.util.Optional;

/**
 * Draws posed Gaussians. Called by one thread at a time; may use others inside. After the first frames of a size and cloud a
 * call allocates nothing.
 */
public interface Rasterizer extends AutoCloseable {

    /** Name as shown to people, such as {@code cpu (vector 256 bit)}. */
    String name();

    /** Whether it follows {@link PosedGaussians#rig}; one that does not needs posed arrays. */
    default boolean posesItself() {
        return false;
    }

    /** Why it is not drawing where it should; empty when it is. Any thread may ask. */
    default Optional<String> problem() {
        return Optional.empty();
    }

    /** Times that it left a failing device for another. Any thread may ask. */
    default long fallbacks() {
        return 0;
    }

    /** Draws {@code splats} as {@code camera} sees them; fills project, sort, blend and copy of {@code times}. */
    void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times);

    @Override
    void close();
}
