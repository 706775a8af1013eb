package io.bev.avatar.renderer.expression;

import io.bev.avatar.splat.scene.ArkitBlendshapes;

/** Indices of the blendshapes that the expression layers use, and the limits of each channel. */
final class BlendshapeIndex {

    static final int BLINK_LEFT = index("eyeBlinkLeft");
    static final int BLINK_RIGHT = index("eyeBlinkRight");
    static final int LOOK_DOWN_LEFT = index("eyeLookDownLeft");
    static final int LOOK_DOWN_RIGHT = index("eyeLookDownRight");
    static final int LOOK_IN_LEFT = index("eyeLookInLeft");
    static final int LOOK_IN_RIGHT = index("eyeLookInRight");
    static final int LOOK_OUT_LEFT = index("eyeLookOutLeft");
    static final int LOOK_OUT_RIGHT = index("eyeLookOutRight");
    static final int LOOK_UP_LEFT = index("eyeLookUpLeft");
    static final int LOOK_UP_RIGHT = index("eyeLookUpRight");
    static final int WIDE_LEFT = index("eyeWideLeft");
    static final int WIDE_RIGHT = index("eyeWideRight");
    static final int BROW_INNER_UP = index("browInnerUp");
    static final int JAW_OPEN = index("jawOpen");
    static final int MOUTH_CLOSE = index("mouthClose");
    static final int MOUTH_FUNNEL = index("mouthFunnel");
    static final int MOUTH_PUCKER = index("mouthPucker");
    static final int MOUTH_LOWER_DOWN_LEFT = index("mouthLowerDownLeft");
    static final int MOUTH_LOWER_DOWN_RIGHT = index("mouthLowerDownRight");
    static final int MOUTH_UPPER_UP_LEFT = index("mouthUpperUpLeft");
    static final int MOUTH_UPPER_UP_RIGHT = index("mouthUpperUpRight");
    static final int MOUTH_PRESS_LEFT = index("mouthPressLeft");
    static final int MOUTH_PRESS_RIGHT = index("mouthPressRight");

    /** Pairs that pull the same spot in opposite directions: their common part cancels out. */
    private static final int[] OPPOSITES = {
        LOOK_DOWN_LEFT,
        LOOK_UP_LEFT,
        LOOK_DOWN_RIGHT,
        LOOK_UP_RIGHT,
        LOOK_IN_LEFT,
        LOOK_OUT_LEFT,
        LOOK_IN_RIGHT,
        LOOK_OUT_RIGHT,
        index("jawLeft"),
        index("jawRight"),
        index("mouthLeft"),
        index("mouthRight")
    };

    private BlendshapeIndex() {}

    private static int index(String name) {
        return ArkitBlendshapes.indexOf(name).orElseThrow(() -> new IllegalStateException(name));
    }

    /** Whether speech moves the channel. */
    static boolean isMouth(int channel) {
        String name = ArkitBlendshapes.NAMES.get(channel);
        return name.startsWith("mouth")
                || name.startsWith("jaw")
                || name.equals("tongueOut")
                || name.equals("cheekPuff");
    }

    /** Whether the channel pulls the corners of the mouth apart. */
    static boolean spreadsLips(int channel) {
        String name = ArkitBlendshapes.NAMES.get(channel);
        return name.startsWith("mouthSmile") || name.startsWith("mouthStretch") || name.startsWith("mouthDimple");
    }

    /** Whether the channel parts the lips. */
    static boolean opensLips(int channel) {
        String name = ArkitBlendshapes.NAMES.get(channel);
        return name.equals("jawOpen")
                || name.startsWith("mouthUpperUp")
                || name.startsWith("mouthLowerDown")
                || name.equals("mouthFunnel");
    }

    /**
     * How fast the channel may change, in weight per second. Lids close in a twentieth of a second; the mouth opens in two
     * frames of speech at 30 a second; brows and cheeks are slower.
     */
    static float maxVelocity(int channel) {
        String name = ArkitBlendshapes.NAMES.get(channel);
        if (name.startsWith("eyeBlink")) {
            return 30;
        }
        if (name.startsWith("eye")) {
            return 20;
        }
        return isMouth(channel) ? 16 : 6;
    }

    /** Clamps every weight to 0..1 and resolves anatomically impossible combinations. */
    static void limit(float[] weights) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.max(0, Math.min(1, weights[i]));
        }
        for (int i = 0; i < OPPOSITES.length; i += 2) {
            float common = Math.min(weights[OPPOSITES[i]], weights[OPPOSITES[i + 1]]);
            weights[OPPOSITES[i]] -= common;
            weights[OPPOSITES[i + 1]] -= common;
        }
        // mouthClose shuts the lips of an open jaw; beyond that it would push them through each other.
        weights[MOUTH_CLOSE] = Math.min(weights[MOUTH_CLOSE], weights[JAW_OPEN]);
        // Closing lids reduce wide eyes.
        weights[WIDE_LEFT] = Math.min(weights[WIDE_LEFT], 1 - weights[BLINK_LEFT]);
        weights[WIDE_RIGHT] = Math.min(weights[WIDE_RIGHT], 1 - weights[BLINK_RIGHT]);
    }
}
