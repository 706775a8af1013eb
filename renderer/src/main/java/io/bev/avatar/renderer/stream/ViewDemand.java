package io.bev.avatar.renderer.stream;

/**
 * The frame height that the connected viewers want.
 *
 * @param lines the largest wanted height; 0 if no viewer has reported its size
 * @param fixed whether a user has selected it
 */
public record ViewDemand(int lines, boolean fixed) {

    public static final ViewDemand NONE = new ViewDemand(0, false);

    /** The larger one; a selected height has precedence over automatic ones. */
    ViewDemand or(int otherLines, boolean otherFixed) {
        if (fixed != otherFixed) {
            return fixed ? this : new ViewDemand(otherLines, true);
        }
        return otherLines > lines ? new ViewDemand(otherLines, otherFixed) : this;
    }
}
