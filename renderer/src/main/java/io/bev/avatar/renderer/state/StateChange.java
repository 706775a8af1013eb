package io.bev.avatar.renderer.state;

/** One change of the state. */
@FunctionalInterface
interface StateChange {

    /** The state after it, under a higher number; the state given when there is nothing to change. */
    AvatarState apply(AvatarState state) throws RejectedUpdateException;
}
