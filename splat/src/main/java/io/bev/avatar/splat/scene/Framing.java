package io.bev.avatar.splat.scene;

/**
 * The portrait view of an avatar, in the cloud's own units and axes.
 *
 * @param eyeX camera position
 * @param targetX the point at the image centre
 * @param upX the direction that points up in the image
 * @param fovDegrees vertical field of view
 * @param near near-plane distance
 */
public record Framing(
        float eyeX,
        float eyeY,
        float eyeZ,
        float targetX,
        float targetY,
        float targetZ,
        float upX,
        float upY,
        float upZ,
        float fovDegrees,
        float near) {}
