package io.bev.avatar.splat.scene.builtin;

/** A point, direction or linear colour. */
record Vec3(double x, double y, double z) {

    static final Vec3 ZERO = new Vec3(0, 0, 0);

    Vec3 plus(Vec3 o) {
        return new Vec3(x + o.x, y + o.y, z + o.z);
    }

    Vec3 minus(Vec3 o) {
        return new Vec3(x - o.x, y - o.y, z - o.z);
    }

    Vec3 times(double s) {
        return new Vec3(x * s, y * s, z * s);
    }

    Vec3 times(Vec3 o) {
        return new Vec3(x * o.x, y * o.y, z * o.z);
    }

    double dot(Vec3 o) {
        return x * o.x + y * o.y + z * o.z;
    }

    Vec3 cross(Vec3 o) {
        return new Vec3(y * o.z - z * o.y, z * o.x - x * o.z, x * o.y - y * o.x);
    }

    double length() {
        return Math.sqrt(dot(this));
    }

    /** The same direction with length 1; straight up for a zero vector. */
    Vec3 unit() {
        double length = length();
        return length < 1e-12 ? new Vec3(0, 1, 0) : times(1 / length);
    }

    Vec3 lerp(Vec3 o, double t) {
        return new Vec3(x + (o.x - x) * t, y + (o.y - y) * t, z + (o.z - z) * t);
    }

    /** Reflected in the plane between the avatar's left and right. */
    Vec3 mirrored() {
        return new Vec3(-x, y, z);
    }

    /** Rotated about the x axis, positive from y towards z. */
    Vec3 aboutX(double radians) {
        double c = Math.cos(radians);
        double s = Math.sin(radians);
        return new Vec3(x, c * y - s * z, s * y + c * z);
    }

    /** Rotated about the y axis, positive from z towards x. */
    Vec3 aboutY(double radians) {
        double c = Math.cos(radians);
        double s = Math.sin(radians);
        return new Vec3(c * x + s * z, y, c * z - s * x);
    }

    /** Rotated about the z axis, positive from x towards y. */
    Vec3 aboutZ(double radians) {
        double c = Math.cos(radians);
        double s = Math.sin(radians);
        return new Vec3(c * x - s * y, s * x + c * y, z);
    }
}
