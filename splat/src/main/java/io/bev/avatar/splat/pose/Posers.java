package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.scene.Avatar;

/** Chooses how an avatar is posed. */
public final class Posers {

    private Posers() {}

    /**
     * The poser that fits {@code avatar}: by its rig where it has one, as a whole otherwise.
     *
     * @throws IllegalArgumentException when the rig does not fit the cloud
     */
    public static Poser of(Avatar avatar) {
        return avatar.rig()
                .<Poser>map(rig -> new RigPoser(avatar.cloud(), rig, avatar.framing()))
                .orElseGet(() -> new StaticPoser(avatar.framing()));
    }
}
