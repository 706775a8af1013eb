package io.bev.avatar.renderer.speech;

import io.bev.avatar.splat.scene.ArkitBlendshapes;

/**
 * Mouth shape of a group of phonemes that look alike. Strength and spread are the parameters of the dominance functions
 * of Cohen and Massaro, "Modeling coarticulation in synthetic visual speech" (1993).
 */
enum Viseme {
    REST("", 1.2, 0.09, false),
    /** p, b, m: the lips meet. */
    CLOSED("jawOpen 0.05 mouthClose 0.05 mouthPress 0.6 mouthRollLower 0.35 mouthRollUpper 0.3", 4, 0.022, true),
    /** f, v: the lower lip meets the upper teeth. */
    LABIODENTAL("jawOpen 0.06 mouthRollLower 0.75 mouthUpperUp 0.4 mouthShrugLower 0.2", 4, 0.024, true),
    /** th: the tongue between the teeth. */
    DENTAL("jawOpen 0.2 mouthLowerDown 0.4 mouthUpperUp 0.25 tongueOut 0.3", 3, 0.04, false),
    /** t, d, n, l. */
    ALVEOLAR("jawOpen 0.16 mouthLowerDown 0.3 mouthUpperUp 0.1", 1, 0.05, false),
    /** s, z: the teeth meet. */
    SIBILANT("jawOpen 0.05 mouthStretch 0.25 mouthLowerDown 0.45 mouthUpperUp 0.25 mouthSmile 0.15", 3, 0.04, false),
    /** sh, ch, j. */
    POSTALVEOLAR("jawOpen 0.1 mouthFunnel 0.6 mouthPucker 0.35 mouthLowerDown 0.15", 4, 0.06, false),
    /** k, g, ng, h: of the throat; the lips keep the shape of their neighbours. */
    VELAR("jawOpen 0.2 mouthLowerDown 0.15", 0.5, 0.05, false),
    /** r. */
    RHOTIC("jawOpen 0.14 mouthFunnel 0.35 mouthPucker 0.3", 1.5, 0.06, false),
    /** w. */
    ROUND_GLIDE("jawOpen 0.08 mouthPucker 0.9 mouthFunnel 0.2", 5, 0.07, false),
    /** As in "father". */
    OPEN("jawOpen 0.62 mouthLowerDown 0.3 mouthUpperUp 0.15", 3, 0.06, false),
    /** As in "bed" and "cat". */
    MID("jawOpen 0.42 mouthStretch 0.25 mouthLowerDown 0.35 mouthUpperUp 0.15", 2.5, 0.06, false),
    /** As in "see". */
    SPREAD("jawOpen 0.17 mouthSmile 0.4 mouthStretch 0.3 mouthLowerDown 0.35 mouthUpperUp 0.1", 2.5, 0.06, false),
    /** As in "about". */
    NEUTRAL("jawOpen 0.28 mouthLowerDown 0.2 mouthUpperUp 0.05", 1.2, 0.05, false),
    /** As in "thought". */
    ROUND_OPEN("jawOpen 0.42 mouthFunnel 0.6 mouthPucker 0.35", 3.5, 0.08, false),
    /** As in "food". */
    ROUND("jawOpen 0.14 mouthPucker 0.85 mouthFunnel 0.35", 4, 0.09, false);

    @SuppressWarnings("ImmutableEnumChecker") // not modified after construction
    private final float[] weights = new float[ArkitBlendshapes.COUNT];

    final float strength;
    /** Reach in time beyond the phoneme's own duration, seconds. */
    final double spreadSeconds;
    /** Whether lips or teeth touch. */
    final boolean closure;

    Viseme(String shape, double strength, double spreadSeconds, boolean closure) {
        this.strength = (float) strength;
        this.spreadSeconds = spreadSeconds;
        this.closure = closure;
        String[] words = shape.isEmpty() ? new String[0] : shape.split(" ", -1);
        for (int i = 0; i < words.length; i += 2) {
            float weight = Float.parseFloat(words[i + 1]);
            boolean found = set(words[i], weight);
            found |= set(words[i] + "Left", weight);
            found |= set(words[i] + "Right", weight);
            if (!found) {
                throw new IllegalStateException("no ARKit blendshape is named " + words[i]);
            }
        }
    }

    private boolean set(String name, float weight) {
        var index = ArkitBlendshapes.indexOf(name);
        index.ifPresent(i -> weights[i] = weight);
        return index.isPresent();
    }

    /** Weight of channel {@code index} of {@link ArkitBlendshapes}, 0..1. */
    float weight(int index) {
        return weights[index];
    }

    /** The shape of an IPA character; {@code null} for marks of stress, length and tone, which have none. */
    static @org.jspecify.annotations.Nullable Viseme ofIpa(int character) {
        return switch (character) {
            case 'p', 'b', 'm', 'ɓ', 'ʙ' -> CLOSED;
            case 'f', 'v', 'ɱ', 'ⱱ', 'ʋ' -> LABIODENTAL;
            case 'ɸ', 'β' -> CLOSED;
            case 'θ', 'ð' -> DENTAL;
            case 't', 'd', 'n', 'l', 'ɾ', 'ɫ', 'ɬ', 'ɮ', 'ʈ', 'ɖ', 'ɳ', 'ɭ', 'ɲ', 'ʎ', 'ɗ', 'ɟ', 'c' -> ALVEOLAR;
            case 's', 'z', 'ʦ', 'ʣ' -> SIBILANT;
            case 'ʃ', 'ʒ', 'ɕ', 'ʑ', 'ʂ', 'ʐ', 'ʧ', 'ʤ', 'ç' -> POSTALVEOLAR;
            case 'k', 'g', 'ɡ', 'ŋ', 'x', 'ɣ', 'χ', 'q', 'ɢ', 'h', 'ɦ', 'ħ', 'ʕ', 'ʔ', 'ʁ', 'ʀ', 'ɰ', 'ɴ', 'ɠ' -> VELAR;
            case 'r', 'ɹ', 'ɻ', 'ɽ', 'ɚ', 'ɝ' -> RHOTIC;
            case 'w', 'ʍ', 'ɥ' -> ROUND_GLIDE;
            case 'a', 'ɑ', 'ɐ', 'ɶ', 'ä' -> OPEN;
            case 'æ', 'ɛ', 'e', 'ʌ' -> MID;
            case 'i', 'ɪ', 'j', 'ɨ', 'ʝ' -> SPREAD;
            case 'ə', 'ɜ', 'ɘ', 'ɞ', 'ɤ', 'ɵ', 'ᵻ' -> NEUTRAL;
            case 'o', 'ɔ', 'ɒ', 'œ' -> ROUND_OPEN;
            case 'u', 'ʊ', 'y', 'ʏ', 'ø', 'ʉ', 'ɯ' -> ROUND;
            default -> null;
        };
    }
}
