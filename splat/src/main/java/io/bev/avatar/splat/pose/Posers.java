package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.scene.Avatar;

/** Chooses the poser of an avatar. */
public final class Posers {

    private Posers() {}

    /**
     * The poser that fits {@code avatar}: by its rig if it has one, otherwise as a whole. @throws
     * IllegalArgumentException if the rig does not fit the cloud
     */
    public static Poser of(Avatar avatar) {
        return avatar.rig()
                .<Poser>map(rig -> new RigPoser(avatar.cloud(), rig, avatar.framing()))
                .orElseGet(() -> new StaticPoser(avatar.framing()));
    }
}
