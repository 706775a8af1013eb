package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.util.Comparator;
import java.util.Locale;

/** Blendshape names and weights as written on a command line. */
final class Weights {

    private Weights() {}

    /**
     * Position of {@code name} among the {@link ArkitBlendshapes}.
     *
     * @throws IllegalArgumentException naming the closest one
     */
    static int indexOf(String name) {
        return ArkitBlendshapes.indexOf(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown blendshape '" + name + "': did you mean " + nearest(name) + "?"));
    }

    /** @throws IllegalArgumentException unless {@code weight} is 0..1 */
    static float checked(String name, float weight) {
        if (!(weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("blendshape " + name + "=" + weight + ": expected a weight from 0 to 1");
        }
        return weight;
    }

    private static String nearest(String name) {
        String typed = name.toLowerCase(Locale.ROOT);
        return ArkitBlendshapes.NAMES.stream()
                .min(Comparator.comparingInt(known -> distance(typed, known.toLowerCase(Locale.ROOT))))
                .orElseThrow();
    }

    /** The edit distance of two words: letters to insert, delete or replace (Levenshtein, 1966). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
