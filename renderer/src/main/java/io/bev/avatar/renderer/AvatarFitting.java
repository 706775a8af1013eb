package io.bev.avatar.renderer;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.renderer.lifecycle.LoadedAvatar;
import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.scene.Avatar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Makes avatars ready to be drawn. */
record AvatarFitting(RendererAssembly assembly, Ticker ticker) {

    /** See {@link RendererAssembly#avatar}. */
    LoadedAvatar load(Optional<Path> model) throws IOException {
        long started = ticker.nanos();
        Avatar avatar = assembly.avatar(model);
        Splats splats = new Splats(avatar.cloud());
        return new LoadedAvatar(avatar, assembly.poser(avatar), splats, (ticker.nanos() - started) / 1_000_000);
    }
}
