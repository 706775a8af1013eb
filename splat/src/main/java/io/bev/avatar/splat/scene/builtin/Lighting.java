package io.bev.avatar.splat.scene.builtin;

/**
 * Studio lighting: warm key light from the viewer's upper left, cool fill light from the right, two rim lights from
 * behind. It is baked into the colours, as seen from the front.
 */
final class Lighting {

    static final Vec3 KEY = new Vec3(-0.50, 0.58, 0.72).unit();
    private static final Vec3 KEY_COLOUR = new Vec3(1.00, 0.92, 0.82).times(1.22);
    private static final Vec3 FILL = new Vec3(0.70, 0.05, 0.70).unit();
    private static final Vec3 FILL_COLOUR = new Vec3(0.80, 0.82, 1.00).times(0.21);
    private static final Vec3 RIM_LEFT = new Vec3(0.86, 0.30, -0.42).unit();
    private static final Vec3 RIM_LEFT_COLOUR = new Vec3(0.50, 0.80, 1.00).times(1.15);
    private static final Vec3 RIM_RIGHT = new Vec3(-0.88, 0.28, -0.40).unit();
    private static final Vec3 RIM_RIGHT_COLOUR = new Vec3(1.00, 0.66, 0.42).times(0.85);
    private static final Vec3 SKY = new Vec3(0.19, 0.20, 0.24);
    private static final Vec3 GROUND = new Vec3(0.12, 0.085, 0.08);
    private static final Vec3 VIEWER = new Vec3(0, 0.05, 1).unit();

    private final Field solid;

    /** @param solid the solid that casts shadows */
    Lighting(Field solid) {
        this.solid = solid;
    }

    /**
     * Reflection properties of a surface.
     *
     * @param wrap amount of light past the terminator, per channel, 0..1
     * @param gloss strength of the highlight
     * @param shininess its exponent
     */
    record Finish(Vec3 wrap, double gloss, double shininess) {

        static final Finish SKIN = new Finish(new Vec3(0.37, 0.21, 0.16), 0.16, 22);
        static final Finish MOIST = new Finish(new Vec3(0.36, 0.20, 0.18), 0.42, 46);
        static final Finish CLOTH = new Finish(new Vec3(0.10, 0.10, 0.10), 0.05, 10);
        static final Finish SHELL = new Finish(new Vec3(0.06, 0.06, 0.06), 0.30, 26);
    }

    /** Fraction of the ambient light that reaches a point, 0..1. */
    double openness(Vec3 p, Vec3 normal) {
        double hidden = 0;
        double weight = 1;
        for (double reach = 0.003; reach < 0.045; reach *= 1.9) {
            hidden += weight * Math.max(0, reach - solid.at(p.plus(normal.times(reach)))) / reach;
            weight *= 0.80;
        }
        return Curves.clamp01(1 - 0.42 * hidden);
    }

    /** Fraction of the key light that reaches a point, 0..1, with a soft edge. */
    double keyShare(Vec3 p, Vec3 normal) {
        double share = 1;
        double t = 0.004;
        Vec3 from = p.plus(normal.times(0.0015));
        for (int i = 0; i < 14 && t < 0.12; i++) {
            double d = solid.at(from.plus(KEY.times(t)));
            share = Math.min(share, 0.5 + 0.5 * d / (0.10 * t));
            if (share <= 0) {
                return 0;
            }
            t += Math.max(0.004, d * 0.8);
        }
        double s = Curves.clamp01(share);
        return s * s * (3 - 2 * s);
    }

    /** Display colour of a surface with linear {@code albedo}. */
    Vec3 shade(Vec3 albedo, Vec3 n, Finish finish, double openness, double keyShare) {
        Vec3 key = wrapped(n.dot(KEY), finish.wrap()).times(KEY_COLOUR).times(keyShare);
        Vec3 fill = wrapped(n.dot(FILL), finish.wrap()).times(FILL_COLOUR).times(0.4 + 0.6 * openness);
        Vec3 ambient = GROUND.lerp(SKY, 0.5 + 0.5 * n.y()).times(openness);
        Vec3 light = key.plus(fill).plus(ambient);
        Vec3 lit = albedo.times(light);
        // Subsurface scattering makes shaded skin redder.
        Vec3 bled = albedo.times(new Vec3(0.10, 0.02, 0.01).times(finish.wrap().x() * (1 - openness)));
        Vec3 gloss = KEY_COLOUR
                .times(highlight(n, KEY, finish) * keyShare)
                .plus(FILL_COLOUR.times(highlight(n, FILL, finish)));
        return display(lit.plus(bled).plus(gloss).plus(rim(n, openness).times(albedo.lerp(new Vec3(1, 1, 1), 0.06))));
    }

    /** Contribution of the rim lights to a surface seen from the front. */
    static Vec3 rim(Vec3 n, double openness) {
        double edge = Curves.smooth(0.34, -0.02, n.z()) * Curves.smooth(-0.75, -0.05, n.z()) * openness;
        return RIM_LEFT_COLOUR
                .times(Math.max(0, n.dot(RIM_LEFT)) * edge)
                .plus(RIM_RIGHT_COLOUR.times(Math.max(0, n.dot(RIM_RIGHT)) * edge));
    }

    private static double highlight(Vec3 n, Vec3 light, Finish finish) {
        double h = Math.max(0, n.dot(light.plus(VIEWER).unit()));
        return finish.gloss() * Math.pow(h, finish.shininess());
    }

    private static Vec3 wrapped(double cosine, Vec3 wrap) {
        return new Vec3(wrapped(cosine, wrap.x()), wrapped(cosine, wrap.y()), wrapped(cosine, wrap.z()));
    }

    private static double wrapped(double cosine, double wrap) {
        double t = Math.max(0, (cosine + wrap) / (1 + wrap));
        return Math.pow(t, 1 + wrap);
    }

    /** Converts linear light to display values, with a soft shoulder. */
    static Vec3 display(Vec3 c) {
        return new Vec3(display(c.x()), display(c.y()), display(c.z()));
    }

    private static double display(double c) {
        double curved = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14);
        return Math.pow(Curves.clamp01(curved), 1 / 2.2);
    }

    /** Converts display values to linear light, for colours chosen by eye; does not undo the shoulder. */
    static Vec3 linear(int rgb) {
        return new Vec3(channel(rgb >> 16), channel(rgb >> 8), channel(rgb));
    }

    private static double channel(int value) {
        return Math.pow((value & 0xff) / 255.0, 2.2);
    }
}
