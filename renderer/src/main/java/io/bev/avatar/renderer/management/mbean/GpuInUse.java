package io.bev.avatar.renderer.management.mbean;

import io.bev.avatar.renderer.frame.RenderThreadExecutor;
import io.bev.avatar.splat.raster.cuda.GpuControl;

/**
 * The device that draws.
 *
 * @param device its number
 * @param commands takes what only the render thread may do
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
