package io.bev.avatar.splat.scene.builtin;

/**
 * One modelled Gaussian.
 *
 * @param position centre
 * @param tangent unit direction of the first axis
 * @param normal unit direction of the third axis, at a right angle to the tangent
 * @param length standard deviation along the tangent
 * @param width standard deviation across tangent and normal
 * @param thickness standard deviation along the normal
 * @param opacity 0..1
 * @param colour display colour, 0..1
 */
record Surfel(
        Part part,
        Vec3 position,
        Vec3 tangent,
        Vec3 normal,
        double length,
        double width,
        double thickness,
        double opacity,
        Vec3 colour) {

    /** A round disc that faces along {@code normal}. */
    static Surfel disc(Part part, Vec3 position, Vec3 normal, double radius, Vec3 colour) {
        Vec3 n = normal.unit();
        Vec3 helper = Math.abs(n.y()) < 0.9 ? new Vec3(0, 1, 0) : new Vec3(1, 0, 0);
        Vec3 tangent = helper.cross(n).unit();
        return new Surfel(part, position, tangent, n, radius, radius, radius * 0.25, 0.97, colour);
    }

    /**
     * A needle from {@code from} to {@code to}, overlapping its neighbours in a strand; faces {@code normal} as far as
     * possible.
     */
    static Surfel needle(Part part, Vec3 from, Vec3 to, Vec3 normal, double radius, double opacity, Vec3 colour) {
        Vec3 along = to.minus(from);
        Vec3 tangent = along.unit();
        Vec3 side = normal.cross(tangent);
        Vec3 n = tangent.cross(side.length() < 1e-6 ? new Vec3(1, 0, 0) : side.unit())
                .unit();
        Vec3 middle = from.lerp(to, 0.5);
        return new Surfel(part, middle, tangent, n, along.length() * 0.55, radius, radius * 0.6, opacity, colour);
    }

    Surfel withOpacity(double newOpacity) {
        return new Surfel(part, position, tangent, normal, length, width, thickness, newOpacity, colour);
    }

    Surfel withThickness(double newThickness) {
        return new Surfel(part, position, tangent, normal, length, width, newThickness, opacity, colour);
    }
}
