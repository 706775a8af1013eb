package io.bev.avatar.renderer.frame;

import io.bev.avatar.splat.pose.Poser;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.scene.Findings;
import io.bev.avatar.splat.scene.Framing;

/**
 * An avatar ready to be rendered.
 *
 * @param source its file, or {@code built-in}
 * @param blendshapes number of its blendshapes
 * @param framing the camera of its portrait
 * @param findings reported by its reader
 * @param poser updates {@code splats} for each frame
 * @param splats posed Gaussians, overwritten by each frame
 * @param loadMillis load time in milliseconds
 */
public record RenderableAvatar(
        String source,
        int blendshapes,
        Framing framing,
        Findings findings,
        Poser poser,
        PosedGaussians splats,
        long loadMillis) {}
