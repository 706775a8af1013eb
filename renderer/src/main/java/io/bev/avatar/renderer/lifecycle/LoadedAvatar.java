package io.bev.avatar.renderer.lifecycle;

import io.bev.avatar.renderer.raster.Splats;
import io.bev.avatar.renderer.rig.Poser;
import io.bev.avatar.renderer.scene.Avatar;

/**
 * An avatar ready to be drawn.
 *
 * @param poser moves {@code splats}
 * @param splats of the avatar's cloud, rewritten by every frame
 * @param loadMillis time to read it
 */
public record LoadedAvatar(Avatar avatar, Poser poser, Splats splats, long loadMillis) {}
