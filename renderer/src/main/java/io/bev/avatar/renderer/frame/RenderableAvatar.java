package io.bev.avatar.renderer.frame;

import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.Avatar;

/**
 * An avatar ready to be drawn.
 *
 * @param poser moves {@code splats}
 * @param splats of the avatar's cloud, rewritten by every frame
 * @param loadMillis time to read it
 */
public record RenderableAvatar(Avatar avatar, Poser poser, PosedGaussians splats, long loadMillis) {}
