package io.bev.avatar.splat.scene.builtin;

/**
 * The left eye's geometry: a ball, and the opening between its lids in angles of the ball. Azimuth is positive away
 * from the nose, elevation positive upwards, both in radians from straight ahead.
 */
final class EyeShape {

    static final Vec3 CENTRE = new Vec3(0.0335, 0.000, 0.0618);
    static final double RADIUS = 0.0207;
    /** The lids slide on a larger ball, so that a straight path between open and closed stays in front of the eye. */
    static final double LID_RADIUS = 0.0224;
    /** Half the width of the opening. */
    static final double HALF_WIDTH = Math.toRadians(53);

    private EyeShape() {}

    static Vec3 onBall(double radius, double azimuth, double elevation) {
        double c = Math.cos(elevation);
        return CENTRE.plus(
                new Vec3(radius * c * Math.sin(azimuth), radius * Math.sin(elevation), radius * c * Math.cos(azimuth)));
    }

    static double azimuth(Vec3 p) {
        return Math.atan2(p.x() - CENTRE.x(), p.z() - CENTRE.z());
    }

    static double elevation(Vec3 p) {
        Vec3 d = p.minus(CENTRE);
        return Math.asin(Math.max(-1, Math.min(1, d.y() / Math.max(1e-9, d.length()))));
    }

    /** Elevation of the line from corner to corner; {@code s} runs from -1 (nose) to 1 (temple). */
    static double middle(double s) {
        return Math.toRadians(0.8 + 3.8 * s);
    }

    static double upperMargin(double s) {
        double t = Math.abs(s + 0.10 * (1 - s * s));
        return middle(s) + Math.toRadians(16.2) * Math.pow(Math.max(0, 1 - Math.pow(t, 2.1)), 0.80);
    }

    static double lowerMargin(double s) {
        double t = Math.abs(s - 0.14 * (1 - s * s));
        return middle(s) - Math.toRadians(18.0) * Math.pow(Math.max(0, 1 - Math.pow(t, 2.2)), 0.9);
    }

    /** Elevation of the line where the lids meet when the eye is closed. */
    static double closedMargin(double s) {
        return middle(s) - Math.toRadians(11.5) * (1 - s * s);
    }

    /** Elevation of the fold of the upper lid under the brow. */
    static double crease(double s) {
        return upperMargin(s) + Math.toRadians(11 - 5.0 * s * s);
    }

    /** Elevation of the border between lower lid and cheek. */
    static double lowerEdge(double s) {
        return lowerMargin(s) - Math.toRadians(15 - 8 * s * s);
    }
}
