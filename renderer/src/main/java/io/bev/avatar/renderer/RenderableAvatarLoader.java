package io.bev.avatar.renderer;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.config.Antialiasing;
import io.bev.avatar.renderer.frame.RenderableAvatar;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.ModelMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Loads avatars and prepares them for rendering. */
record RenderableAvatarLoader(RendererComponents components, Antialiasing antialiasing, Ticker ticker) {

    /**
     * Loads a model. Only what rendering needs remains: the scales and rotations of its cloud do not.
     *
     * @throws IOException see {@link RendererComponents#avatar}; also if the heap is exhausted by a file
     */
    RenderableAvatar load(Optional<Path> model, ModelMemory memory) throws IOException {
        try {
            return prepare(model, memory);
        } catch (OutOfMemoryError e) {
            // Without a file there is nothing that a user could replace: the process is at fault.
            throw memory.exhausted(model.map(Path::toString).orElseThrow(() -> e), e);
        }
    }

    private RenderableAvatar prepare(Optional<Path> model, ModelMemory memory) throws IOException {
        long started = ticker.nanos();
        Avatar avatar = components.avatar(model, memory);
        PosedGaussians splats = avatar.rig().isPresent()
                ? new PosedGaussians(avatar.cloud())
                : PosedGaussians.sharingCentres(avatar.cloud());
        splats.antialiased = antialiasing.applies(avatar.cloud().antialiased);
        return new RenderableAvatar(
                avatar.source(),
                avatar.rig().map(rig -> rig.targets().size()).orElse(0),
                avatar.framing(),
                avatar.findings(),
                components.poser(avatar),
                splats,
                (ticker.nanos() - started) / 1_000_000);
    }
}
