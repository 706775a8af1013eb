package io.bev.avatar.splat.scene;

import java.util.Optional;

/**
 * A loaded avatar.
 *
 * @param source where it came from: a path, or {@code built-in}
 * @param cloud its Gaussians at rest
 * @param rig how it moves; empty for a static cloud, which only follows the head pose as a whole
 * @param framing where to look at it from
 */
public record Avatar(String source, GaussianCloud cloud, Optional<Rig> rig, Framing framing) {}
