package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.frame.RenderThreadExecutor;
import io.bev.avatar.splat.raster.cuda.GpuControl;

/**
 * The device in use for rendering.
 *
 * @param device CUDA index
 * @param commands runs operations that are restricted to the render thread
 */
public record GpuInUse(int device, GpuControl control, RenderThreadExecutor commands) {

    long trimMemory() {
        return commands.call("trimMemory", control::trimMemory);
    }

    void rebuildContext() {
        commands.call("rebuildContext", () -> {
            control.rebuildContext();
            return true;
        });
    }
}
