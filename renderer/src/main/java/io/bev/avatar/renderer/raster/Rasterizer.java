package io.bev.avatar.renderer.raster;

/**
 * Draws posed Gaussians. Called by one thread at a time; may use others inside. After the first frames of a size and cloud a
 * call allocates nothing.
 */
public interface Rasterizer extends AutoCloseable {

    /** Name as shown to people, such as {@code cpu (vector 256 bit)}. */
    String name();

    /** Whether it follows {@link Splats#rig}; one that does not needs posed arrays. */
    default boolean posesItself() {
        return false;
    }

    /** Draws {@code splats} as {@code camera} sees them; fills project, sort, blend and copy of {@code times}. */
    void render(Splats splats, Camera camera, Framebuffer target, StageTimes times);

    @Override
    void close();
}
