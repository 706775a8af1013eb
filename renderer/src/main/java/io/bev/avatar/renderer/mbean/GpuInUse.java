package io.bev.avatar.renderer.mbean;

import io.bev.avatar.renderer.lifecycle.RenderCommands;
import io.bev.avatar.renderer.raster.cuda.GpuControl;

/**
 * The device that draws.
 *
 * @param device its number
 * @param commands takes what only the render thread may do
 */
public record GpuInUse(int device, GpuControl control, RenderCommands commands) {

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
