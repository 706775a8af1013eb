package io.bev.avatar.splat.scene.builtin;

/**
 * The head as a solid. Origin between the eyes' heights and ears; x to the avatar's left, y up, z to the front; the head is
 * about 0.24 high with the eyes at half its height.
 */
final class HeadShape {

    /** Corner of the mouth at rest. */
    static final Vec3 MOUTH_CORNER = new Vec3(0.0280, -0.0658, 0.0726);
    /** Height of the line between the lips in the middle. */
    static final double MOUTH_Y = -0.0695;

    static final Vec3 CHIN = new Vec3(0, -0.108, 0.079);
    static final Vec3 NOSE_TIP = new Vec3(0, -0.035, 0.107);
    /** Axis of the jaw's hinge, ear to ear. */
    static final Vec3 JAW_HINGE = new Vec3(0, -0.018, 0.006);

    private final Field field = build();

    Field field() {
        return field;
    }

    /** Depth of the face seen from the front. */
    double frontZ(double x, double y) {
        double start = 0.16;
        return start - field.trace(new Vec3(x, y, start), new Vec3(0, 0, -1), 0.2);
    }

    private static Vec3 v(double x, double y, double z) {
        return new Vec3(x, y, z);
    }

    private static Field build() {
        return skull().with(nose().within(v(0, -0.017, 0.090), 0.040), 0.0085)
                .without(nostrils(), 0.003)
                .with(mouthMound().within(v(0, -0.068, 0.068), 0.040), 0.016)
                .without(Field.stick(v(0, -0.048, 0.1010), v(0, -0.0605, 0.0985), 0.0026, 0.0032), 0.006)
                .with(ear().within(v(0.078, -0.010, -0.014), 0.036), 0.006)
                .with(neck(), 0.022)
                .mirrored();
    }

    private static Field skull() {
        Field eye = Field.ball(EyeShape.CENTRE, EyeShape.LID_RADIUS - 0.0004);
        return Field.ellipsoid(v(0, 0.036, -0.013), v(0.0755, 0.086, 0.096))
                .with(Field.ellipsoid(v(0, 0.030, 0.030), v(0.062, 0.055, 0.0545)), 0.030)
                .with(Field.ellipsoid(v(0, -0.034, 0.020), v(0.0560, 0.080, 0.0625)), 0.030)
                .with(Field.stick(v(0.0415, -0.052, 0.004), v(0.0115, -0.095, 0.061), 0.0150, 0.0150), 0.030)
                .with(Field.ball(v(0, -0.1015, 0.0665), 0.0150), 0.022)
                .with(Field.ellipsoid(v(0.0415, -0.026, 0.0555), v(0.0200, 0.0175, 0.0200)), 0.026)
                .with(Field.ellipsoid(v(0.0345, -0.0560, 0.0440), v(0.0170, 0.0200, 0.0200)), 0.028)
                .without(Field.ellipsoid(v(0.0325, -0.001, 0.0990), v(0.0200, 0.0150, 0.0200)), 0.020)
                .with(Field.stick(v(0.010, 0.0200, 0.0780), v(0.044, 0.0235, 0.0620), 0.0085, 0.0075), 0.014)
                .with(eye, 0.006);
    }

    private static Field nose() {
        return Field.stick(v(0, 0.0125, 0.0800), v(0, -0.0300, 0.0985), 0.0054, 0.0060)
                // The pyramid below the ridge: without it there is a gap behind the ridge.
                .with(Field.stick(v(0, 0.0080, 0.0715), v(0, -0.0340, 0.0860), 0.0070, 0.0092), 0.012)
                .with(Field.ball(v(0, -0.0335, 0.1000), 0.0070), 0.005)
                .with(Field.ellipsoid(v(0.0090, -0.0380, 0.0915), v(0.0048, 0.0054, 0.0076)), 0.0040)
                .with(Field.stick(v(0, -0.0385, 0.0990), v(0, -0.0440, 0.0885), 0.0030, 0.0034), 0.0035);
    }

    private static Field nostrils() {
        return Field.ellipsoid(v(0.0054, -0.0428, 0.0940), v(0.0029, 0.0030, 0.0052));
    }

    private static Field mouthMound() {
        return Field.ellipsoid(v(0, -0.0660, 0.0640), v(0.0290, 0.0240, 0.0260))
                .with(Field.stick(v(0, -0.0650, 0.0850), v(0.0170, -0.0680, 0.0775), 0.0045, 0.0030), 0.012)
                .with(Field.stick(v(0, -0.0745, 0.0835), v(0.0140, -0.0730, 0.0775), 0.0050, 0.0035), 0.012);
    }

    private static Field ear() {
        return Field.ellipsoid(v(0.0765, -0.010, -0.014), v(0.0060, 0.0280, 0.0170))
                .without(Field.ellipsoid(v(0.0850, -0.009, -0.009), v(0.0060, 0.0160, 0.0085)), 0.006)
                .with(Field.stick(v(0.0800, 0.012, -0.020), v(0.0775, 0.014, -0.004), 0.0040, 0.0034), 0.004)
                .with(Field.stick(v(0.0820, -0.010, -0.029), v(0.0800, 0.012, -0.020), 0.0040, 0.0040), 0.004)
                .with(Field.ball(v(0.0745, -0.034, -0.006), 0.0062), 0.008);
    }

    private static Field neck() {
        return Field.stick(v(0, -0.060, -0.030), v(0, -0.215, -0.044), 0.0425, 0.0480)
                .with(Field.stick(v(0.036, -0.055, -0.022), v(0.008, -0.205, 0.004), 0.0105, 0.0085), 0.020)
                .with(Field.stick(v(0, -0.120, 0.006), v(0, -0.190, 0.000), 0.0100, 0.0080), 0.020);
    }
}
