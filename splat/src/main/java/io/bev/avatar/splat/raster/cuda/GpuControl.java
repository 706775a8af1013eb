package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.PosedGaussians;
import java.util.Map;
import java.util.Optional;

/** The rendering device, for its MBean. Any thread may read values; operations are for the render thread only. */
public interface GpuControl {

    /** {@code active}, {@code lost}, {@code rebuilding} or {@code failed}. */
    String contextState();

    long contextRebuilds();

    /** Last CUresult; 0 if none. */
    int lastErrorCode();

    /** Free memory of the device, at most one second old. */
    Optional<Long> freeBytes();

    /** Memory allocated from the driver, in use or cached. */
    long allocatedBytes();

    /** Memory in use, by purpose. */
    Map<AllocationKind, Long> usedBytes();

    /**
     * Allocates the memory for frames of {@code splats} in the size of {@code target}, before the first is rendered.
     * @throws MemoryBudgetException if they do not fit
     */
    void requireCapacity(PosedGaussians splats, Framebuffer target);

    /** Releases all memory except the model's; returns the bytes released. */
    long trimMemory();

    /** Recreates the context concurrently with the frames, which the CPU renders meanwhile. */
    void rebuildContext();
}
