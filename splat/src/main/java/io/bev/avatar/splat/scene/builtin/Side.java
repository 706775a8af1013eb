package io.bev.avatar.splat.scene.builtin;

/** A half of the face, named as ARKit does: the avatar's own left and right. Parts are modelled for the left and mirrored. */
enum Side {
    LEFT("Left"),
    RIGHT("Right");

    private final String suffix;

    Side(String suffix) {
        this.suffix = suffix;
    }

    /** Name of this side's blendshape, such as {@code eyeBlinkLeft}. */
    String target(String stem) {
        return stem + suffix;
    }

    /** From the left half's coordinates to this side's, and back. */
    Vec3 of(Vec3 left) {
        return this == LEFT ? left : left.mirrored();
    }
}
