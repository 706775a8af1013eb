package io.bev.avatar.splat.scene.builtin;

/**
 * A solid as a signed distance: negative inside, in the avatar's units outside. Unions are smooth (polynomial smooth
 * minimum), so that spheres and capsules blend into organic shapes.
 */
@FunctionalInterface
interface Field {

    double at(double x, double y, double z);

    default double at(Vec3 p) {
        return at(p.x(), p.y(), p.z());
    }

    static Field ellipsoid(Vec3 centre, Vec3 radii) {
        double cx = centre.x();
        double cy = centre.y();
        double cz = centre.z();
        double ax = 1 / radii.x();
        double ay = 1 / radii.y();
        double az = 1 / radii.z();
        return (x, y, z) -> {
            double px = (x - cx) * ax;
            double py = (y - cy) * ay;
            double pz = (z - cz) * az;
            double k0 = Math.sqrt(px * px + py * py + pz * pz);
            double k1 = Math.sqrt(px * ax * px * ax + py * ay * py * ay + pz * az * pz * az);
            return k1 < 1e-9 ? -1 / Math.max(ax, Math.max(ay, az)) : k0 * (k0 - 1) / k1;
        };
    }

    static Field ball(Vec3 centre, double radius) {
        return (x, y, z) -> {
            double px = x - centre.x();
            double py = y - centre.y();
            double pz = z - centre.z();
            return Math.sqrt(px * px + py * py + pz * pz) - radius;
        };
    }

    /** A capsule whose radius runs from {@code ra} at {@code a} to {@code rb} at {@code b}. */
    static Field stick(Vec3 a, Vec3 b, double ra, double rb) {
        double bx = b.x() - a.x();
        double by = b.y() - a.y();
        double bz = b.z() - a.z();
        double inverse = 1 / (bx * bx + by * by + bz * bz);
        return (x, y, z) -> {
            double px = x - a.x();
            double py = y - a.y();
            double pz = z - a.z();
            double t = Curves.clamp01((px * bx + py * by + pz * bz) * inverse);
            double dx = px - bx * t;
            double dy = py - by * t;
            double dz = pz - bz * t;
            return Math.sqrt(dx * dx + dy * dy + dz * dz) - (ra + (rb - ra) * t);
        };
    }

    /** The smooth union with {@code other}; the seam is filled over a length of about {@code blend}. */
    default Field with(Field other, double blend) {
        return (x, y, z) -> {
            double a = at(x, y, z);
            double b = other.at(x, y, z);
            double h = Math.max(blend - Math.abs(a - b), 0) / blend;
            return Math.min(a, b) - h * h * blend * 0.25;
        };
    }

    /**
     * The smooth difference: this solid without {@code other}; the edge is rounded over a length of about
     * {@code blend}.
     */
    default Field without(Field other, double blend) {
        return (x, y, z) -> {
            double a = at(x, y, z);
            double b = -other.at(x, y, z);
            double h = Math.max(blend - Math.abs(a - b), 0) / blend;
            return Math.max(a, b) + h * h * blend * 0.25;
        };
    }

    /**
     * The same solid with a bounding sphere, so that distant points are evaluated cheaply.
     *
     * @param centre of a sphere that contains the solid
     */
    default Field within(Vec3 centre, double radius) {
        Field ball = ball(centre, radius);
        return (x, y, z) -> {
            double d = ball.at(x, y, z);
            // Larger than any blend in use, so that the change of the distance function is not visible.
            return d > 0.03 ? d : at(x, y, z);
        };
    }

    /** The half of this solid at x &gt;= 0, mirrored to both sides. */
    default Field mirrored() {
        return (x, y, z) -> at(Math.abs(x), y, z);
    }

    /** Outward unit normal near the surface. */
    default Vec3 normal(Vec3 p) {
        double e = 4e-4;
        double a = at(p.x() + e, p.y() - e, p.z() - e);
        double b = at(p.x() - e, p.y() - e, p.z() + e);
        double c = at(p.x() - e, p.y() + e, p.z() - e);
        double d = at(p.x() + e, p.y() + e, p.z() + e);
        return new Vec3(a - b - c + d, c + d - a - b, b + d - a - c).unit();
    }

    /**
     * Distance along a ray from outside to the surface.
     *
     * @param direction unit length
     * @param reach length after which the ray counts as a miss
     * @return distance along the ray, or {@code reach} for a miss
     */
    default double trace(Vec3 from, Vec3 direction, double reach) {
        double t = 0;
        for (int i = 0; i < 64 && t < reach; i++) {
            double d = at(from.x() + direction.x() * t, from.y() + direction.y() * t, from.z() + direction.z() * t);
            if (d < 2e-5) {
                return t;
            }
            t += d * 0.9;
        }
        return Math.min(t, reach);
    }
}
