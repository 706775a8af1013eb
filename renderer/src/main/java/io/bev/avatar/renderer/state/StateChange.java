package io.bev.avatar.renderer.state;

/** A state change. */
@FunctionalInterface
interface StateChange {

    /** The new state with a higher sequence number, or {@code state} itself if nothing changes. */
    AvatarState apply(AvatarState state) throws RejectedUpdateException;
}
