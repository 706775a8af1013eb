package io.bev.avatar.renderer.frame;

import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.Avatar;

/**
 * An avatar ready to be rendered.
 *
 * @param poser updates {@code splats} for each frame
 * @param splats posed Gaussians of the avatar's cloud, overwritten by each frame
 * @param loadMillis load time in milliseconds
 */
public record RenderableAvatar(Avatar avatar, Poser poser, PosedGaussians splats, long loadMillis) {}
