package io.bev.avatar.renderer;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.frame.RenderableAvatar;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.Avatar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Loads avatars and prepares them for rendering. */
record RenderableAvatarLoader(RendererComponents assembly, Ticker ticker) {

    /** See {@link RendererComponents#avatar}. */
    RenderableAvatar load(Optional<Path> model) throws IOException {
        long started = ticker.nanos();
        Avatar avatar = assembly.avatar(model);
        PosedGaussians splats = new PosedGaussians(avatar.cloud());
        return new RenderableAvatar(avatar, assembly.poser(avatar), splats, (ticker.nanos() - started) / 1_000_000);
    }
}
