package io.bev.avatar.splat.scene;

import java.util.Optional;

/**
 * A loaded avatar.
 *
 * @param source its origin: a path, or {@code built-in}
 * @param cloud its Gaussians at rest
 * @param rig its rig; empty for a static cloud, which follows the head pose as a whole
 * @param framing the camera of its portrait, in the cloud's coordinates
 * @param origin the cloud's zero in the coordinates of the file
 * @param findings reported by its reader
 */
public record Avatar(
        String source, GaussianCloud cloud, Optional<Rig> rig, Framing framing, Origin origin, Findings findings) {

    /** An avatar in the coordinates of its file, without findings. */
    public Avatar(String source, GaussianCloud cloud, Optional<Rig> rig, Framing framing) {
        this(source, cloud, rig, framing, Origin.ZERO, Findings.NONE);
    }
}
