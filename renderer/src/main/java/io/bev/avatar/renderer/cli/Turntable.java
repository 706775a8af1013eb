package io.bev.avatar.renderer.cli;

/** Camera positions on a circle around the vertical axis through a point. */
final class Turntable {

    private Turntable() {}

    /**
     * Position {@code index} of {@code count}; the first is {@code eye}, the following ones are further to the right of the
     * camera.
     *
     * @param target a point of the axis
     * @param up direction of the axis, not zero
     */
    static Triple eye(Triple eye, Triple target, Triple up, int index, int count) {
        double length = Math.sqrt(up.x() * up.x() + up.y() * up.y() + up.z() * up.z());
        double kx = up.x() / length;
        double ky = up.y() / length;
        double kz = up.z() / length;
        double x = eye.x() - target.x();
        double y = eye.y() - target.y();
        double z = eye.z() - target.z();
        double angle = 2 * Math.PI * index / count;
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        // Rodrigues' rotation formula.
        double along = (kx * x + ky * y + kz * z) * (1 - cos);
        return new Triple(
                target.x() + x * cos + (ky * z - kz * y) * sin + kx * along,
                target.y() + y * cos + (kz * x - kx * z) * sin + ky * along,
                target.z() + z * cos + (kx * y - ky * x) * sin + kz * along);
    }
}
