package io.bev.avatar.splat.scene.builtin;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The muscles of expression as a table: centre, reach and displacement of each, in millimetres. */
final class FaceMuscles {

    private static final Set<Part> FACE = Set.of(Part.SKIN, Part.UPPER_LIP, Part.LOWER_LIP, Part.BROW);
    private static final Set<Part> UPPER = Set.of(Part.SKIN, Part.UPPER_LIP);
    private static final Set<Part> LOWER = Set.of(Part.SKIN, Part.LOWER_LIP);
    private static final Set<Part> UPPER_LIP = Set.of(Part.UPPER_LIP);
    private static final Set<Part> LOWER_LIP = Set.of(Part.LOWER_LIP);
    private static final Set<Part> TONGUE = Set.of(Part.TONGUE);

    private final List<Pull> pulls = new ArrayList<>();

    FaceMuscles() {
        brows();
        cheeks();
        corners();
        lips();
        lipShapes();
        tongue();
    }

    List<Pull> of(String stem) {
        return pulls.stream().filter(p -> p.stem().equals(stem)).toList();
    }

    private static Vec3 mm(double x, double y, double z) {
        return new Vec3(x, y, z).times(0.001);
    }

    /** A muscle of each half, each with its own blendshape. */
    private void left(String stem, Vec3 centre, Vec3 reach, Vec3 delta, Set<Part> parts) {
        pulls.add(new Pull(stem, true, centre, reach, delta, parts));
    }

    /** A muscle of both halves that share one blendshape. */
    private void both(String stem, Vec3 centre, Vec3 reach, Vec3 delta, Set<Part> parts) {
        pulls.add(new Pull(stem, false, centre, reach, delta, parts));
    }

    private void brows() {
        left("browDown", mm(18, 23, 82), mm(16, 11, 30), mm(-2.5, -7.0, 1.5), FACE);
        left("browDown", mm(42, 26, 68), mm(14, 10, 30), mm(-1.0, -3.5, 0.5), FACE);
        both("browInnerUp", mm(13, 26, 82), mm(13, 17, 30), mm(0.5, 8.5, 0), FACE);
        left("browOuterUp", mm(43, 29, 66), mm(16, 17, 30), mm(0.5, 8.5, -1), FACE);
        left("noseSneer", mm(12, 20, 84), mm(12, 9, 30), mm(-1.5, -2.5, 0.5), FACE);
    }

    private void cheeks() {
        both("cheekPuff", mm(44, -60, 54), mm(17, 18, 26), mm(9, 0, 6), FACE);
        both("cheekPuff", mm(0, -60, 90), mm(18, 7, 20), mm(0.0, 0.0, 3.5), FACE);
        left("cheekSquint", mm(40, -22, 68), mm(16, 11, 26), mm(0, 5.5, 2), FACE);
        left("eyeSquint", mm(34, -17, 78), mm(16, 6, 26), mm(0, 2.6, 0.6), FACE);
        left("eyeSquint", mm(36, 22, 75), mm(16, 8, 26), mm(0, -1.6, 0.3), FACE);
        left("eyeBlink", mm(34, 13, 80), mm(14, 5, 26), mm(0, -1.2, 0), FACE);
        left("eyeWide", mm(34, 16, 80), mm(16, 8, 26), mm(0, 1.6, 0), FACE);
        left("eyeLookUp", mm(34, 16, 80), mm(16, 7, 26), mm(0, 0.8, 0), FACE);
        left("noseSneer", mm(11, -30, 97), mm(8, 12, 14), mm(1.2, 4.5, 0.5), FACE);
        left("noseSneer", mm(14, -62, 80), mm(10, 8, 24), mm(0.5, 3.2, 0.5), UPPER);
    }

    private void corners() {
        // Outwards the whole lip follows; upwards mostly the corner, otherwise the mouth would bend to a V.
        left("mouthSmile", mm(28, -68, 73), mm(14, 11, 26), mm(7.5, 1.0, -4.0), FACE);
        left("mouthSmile", mm(29, -67, 73), mm(9.5, 11, 26), mm(0.5, 8.0, 0), FACE);
        left("mouthSmile", mm(41, -34, 66), mm(15, 13, 24), mm(1.5, 5.0, 3.0), FACE);
        left("mouthSmile", mm(34, -15, 80), mm(14, 5, 24), mm(0, 1.3, 0.4), FACE);
        left("mouthFrown", mm(27, -73, 74), mm(12, 11, 26), mm(2.0, -8.0, -1.0), FACE);
        left("mouthDimple", mm(27, -70, 74), mm(10, 9, 24), mm(5.5, 1.2, -4.0), FACE);
        left("mouthStretch", mm(27, -72, 74), mm(13, 12, 26), mm(9.0, -3.5, -4.0), FACE);
        both("mouthPucker", mm(25, -70, 75), mm(13, 12, 26), mm(-9.5, 0, 5.0), FACE);
        both("mouthPucker", mm(0, -70, 88), mm(14, 10, 24), mm(0.0, 0.0, 8.4), FACE);
        both("mouthFunnel", mm(25, -70, 75), mm(12, 13, 26), mm(-7.5, 0, 4.5), FACE);
        both("mouthFunnel", mm(0, -70, 88), mm(14, 14, 24), mm(0.0, 0.0, 8.0), FACE);
    }

    private void lips() {
        left("mouthUpperUp", mm(8, -64, 84), mm(12, 9, 24), mm(0.3, 5.5, 0.5), UPPER);
        left("mouthLowerDown", mm(8, -77, 84), mm(12, 9, 24), mm(0.3, -6.0, 0), LOWER);
        left("mouthPress", mm(16, -66, 82), mm(12, 6, 24), mm(0.5, -2.0, -1.5), UPPER_LIP);
        left("mouthPress", mm(16, -76, 82), mm(12, 6, 24), mm(0.5, 2.4, -1.5), LOWER_LIP);
        both("mouthRollUpper", mm(0, -66, 84), mm(22, 6, 24), mm(0.0, -3.6, -6.3), UPPER_LIP);
        both("mouthRollUpper", mm(0, -60, 86), mm(20, 6, 24), mm(0.0, -2.1, -2.1), UPPER);
        both("mouthRollLower", mm(0, -76, 84), mm(22, 6, 24), mm(0.0, 4.5, -6.7), LOWER_LIP);
        both("mouthRollLower", mm(0, -83, 82), mm(20, 6, 24), mm(0.0, 2.5, -2.1), LOWER);
        both("mouthShrugUpper", mm(0, -62, 86), mm(20, 9, 24), mm(0.0, 5.0, 1.7), UPPER);
        both("mouthShrugLower", mm(0, -84, 82), mm(20, 14, 24), mm(0.0, 6.2, 2.5), LOWER);
        both("mouthFunnel", mm(0, -64, 86), mm(13, 8, 24), mm(0.0, 6.4, 0.8), UPPER_LIP);
        both("mouthFunnel", mm(0, -77, 85), mm(13, 8, 24), mm(0.0, -7.2, 0.8), LOWER_LIP);
        both("tongueOut", mm(0, -76, 84), mm(15, 9, 24), mm(0.0, -8.8, 0.8), LOWER_LIP);
        both("tongueOut", mm(0, -84, 84), mm(15, 8, 24), mm(0.0, -4.0, 0.0), LOWER);
        both("tongueOut", mm(0, -64, 86), mm(13, 7, 24), mm(0.0, 3.5, 0.8), UPPER_LIP);
    }

    private void lipShapes() {
        both("mouthPucker", mm(10, -62, 86), mm(12, 5, 24), mm(0, -1.0, 1.0), UPPER);
        both("mouthPucker", mm(10, -79, 84), mm(12, 5, 24), mm(0, 1.2, 1.0), LOWER);
        both("mouthShrugLower", mm(0, -74, 86), mm(20, 6, 24), mm(0.0, 1.1, 2.1), LOWER_LIP);
        left("mouthSmile", mm(10, -77, 84), mm(10, 7, 24), mm(0.8, 0.6, -1.5), LOWER);
        left("mouthSmile", mm(10, -63, 86), mm(10, 6, 24), mm(0.8, 0.6, -1.5), UPPER);
    }

    private void tongue() {
        both("tongueOut", mm(0, -80, 78), mm(40, 30, 19), mm(0.0, 3.2, 46.4), TONGUE);
        both("tongueOut", mm(0, -80, 80), mm(40, 30, 9), mm(0.0, -11.2, 0.0), TONGUE);
    }
}
