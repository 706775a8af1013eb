package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import java.util.Map;
import java.util.Optional;

/** The device that draws, for its MBean. Readings may be taken by any thread; operations belong to the render thread. */
public interface GpuControl {

    /** {@code active}, {@code lost}, {@code rebuilding} or {@code failed}. */
    String contextState();

    long contextRebuilds();

    /** Last CUresult; 0 when there was none. */
    int lastErrorCode();

    /** Free memory of the device, at most a second old. */
    Optional<Long> freeBytes();

    /** Taken from the driver, in use or kept for later. */
    long takenBytes();

    /** In use, by purpose. */
    Map<AllocationKind, Long> usedBytes();

    /**
     * Takes what pictures of {@code splats} in the size of {@code target} need, before the first is drawn.
     *
     * @throws MemoryBudgetException when they do not fit
     */
    void requireRoom(PosedGaussians splats, Framebuffer target);

    /** Gives all but the model back; answers how many bytes. */
    long trimMemory();

    /** Makes the context anew, beside the frames, which the CPU draws meanwhile. */
    void rebuildContext();
}
