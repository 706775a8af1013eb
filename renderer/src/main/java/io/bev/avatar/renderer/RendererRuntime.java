package io.bev.avatar.renderer;

import io.bev.avatar.renderer.frame.ErrorStatus;
import io.bev.avatar.renderer.frame.FrameLoop;
import io.bev.avatar.renderer.frame.FrameRenderer;
import io.bev.avatar.renderer.frame.FrameStats;
import io.bev.avatar.renderer.frame.RenderThreadExecutor;
import io.bev.avatar.renderer.lifecycle.Lifecycle;
import io.bev.avatar.renderer.lifecycle.RestartCounter;
import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.stream.FrameHub;
import io.bev.avatar.splat.raster.Rasterizer;

/**
 * The components of a running renderer, created once at start and shared by its operations, health and page.
 *
 * @param backend the selected backend
 * @param avatars loads further models
 * @param history what happened lately
 * @param commands runs tasks on the render thread
 */
record RendererRuntime(
        RendererContext context,
        Lifecycle lifecycle,
        ErrorStatus errors,
        RestartCounter restarts,
        StateStore store,
        ActiveAlert.Source alerts,
        RendererHistory history,
        FrameHub hub,
        RendererComponents.SelectedBackend backend,
        RenderableAvatarLoader avatars,
        FrameRenderer frames,
        RenderThreadExecutor commands,
        FrameStats stats,
        FrameLoop loop) {

    Rasterizer rasterizer() {
        return backend.rasterizer();
    }
}
