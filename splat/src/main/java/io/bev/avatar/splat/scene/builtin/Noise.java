package io.bev.avatar.splat.scene.builtin;

/** Seeded value noise: stateless and reproducible. */
final class Noise {

    private Noise() {}

    /** A number in 0..1 that depends on all bits of {@code key}. */
    static double hash(long key) {
        long h = key * 0x9E3779B97F4A7C15L;
        h ^= h >>> 32;
        h *= 0xD6E8FEB86659FD93L;
        h ^= h >>> 32;
        h *= 0xD6E8FEB86659FD93L;
        h ^= h >>> 32;
        return (h >>> 11) * 0x1p-53;
    }

    static double hash(int a, int b, int c) {
        return hash(a * 73_856_093L ^ b * 19_349_663L ^ c * 83_492_791L);
    }

    /** Smooth noise in -1..1 with one feature per unit of length. */
    static double smooth(double x, double y, double z) {
        int ix = (int) Math.floor(x);
        int iy = (int) Math.floor(y);
        int iz = (int) Math.floor(z);
        double fx = ease(x - ix);
        double fy = ease(y - iy);
        double fz = ease(z - iz);
        double near = plane(ix, iy, iz, fx, fy);
        double far = plane(ix, iy, iz + 1, fx, fy);
        return 2 * Curves.lerp(near, far, fz) - 1;
    }

    private static double plane(int ix, int iy, int iz, double fx, double fy) {
        double low = Curves.lerp(hash(ix, iy, iz), hash(ix + 1, iy, iz), fx);
        double high = Curves.lerp(hash(ix, iy + 1, iz), hash(ix + 1, iy + 1, iz), fx);
        return Curves.lerp(low, high, fy);
    }

    private static double ease(double t) {
        return t * t * (3 - 2 * t);
    }
}
