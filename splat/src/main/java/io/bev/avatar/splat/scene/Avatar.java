package io.bev.avatar.splat.scene;

import java.util.Optional;

/**
 * A loaded avatar.
 *
 * @param source its origin: a path, or {@code built-in}
 * @param cloud its Gaussians at rest
 * @param rig its rig; empty for a static cloud, which follows the head pose as a whole
 * @param framing the camera of its portrait
 */
public record Avatar(String source, GaussianCloud cloud, Optional<Rig> rig, Framing framing) {}
