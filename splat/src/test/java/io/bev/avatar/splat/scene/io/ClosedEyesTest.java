package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.splat.scene.MorphTarget;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosedEyesTest {

    /** Ten vertices of a face, of which 0 and 1 are the upper lids, and two eyeballs of four vertices. */
    private static final float[] POSITIONS = {
        -3, 1, 2, 3, 1, 2, 0, 5, 0, 0, -5, 0, 5, 0, 0, -5, 0, 0, 0, 0, -5, 0, 4, 0, 0, 3, 0, 0, 2, 0, -3, 0.9f, 1, -3,
        0, 1, -3, -0.9f, 1, -3, 0, -1, 3, 0.9f, 1, 3, 0, 1, 3, -0.9f, 1, 3, 0, -1
    };

    private static final int[] TRIANGLES = {
        0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 0, 10, 11, 12, 12, 13, 10, 14, 15, 16, 16, 17, 14
    };

    private static final List<MorphTarget> TARGETS = List.of(
            new MorphTarget("eyeBlinkRight", new int[] {0}, new float[] {0, -2, 0}),
            new MorphTarget("eyeBlinkLeft", new int[] {1}, new float[] {0, -2, 0}),
            new MorphTarget("eyeLookInRight", new int[] {10, 11, 12}, new float[] {1, 0, 0, 1, 0, 0, 1, 0, 0}),
            new MorphTarget("eyeLookInLeft", new int[] {14, 15, 16}, new float[] {-1, 0, 0, -1, 0, 0, -1, 0, 0}));

    @Test
    void everyPartOfAnEyeball_isHiddenOnceTheLidHasPassedIt() {
        List<MorphTarget> added = ClosedEyes.targets(POSITIONS, TRIANGLES, TARGETS);

        assertThat(threshold(added, "eyeBlinkRight", 10)).isBetween(0.01f, 0.1f);
        assertThat(threshold(added, "eyeBlinkRight", 11)).isBetween(0.5f, 0.6f);
        assertThat(threshold(added, "eyeBlinkRight", 12)).isBetween(0.9f, 1f);
        assertThat(threshold(added, "eyeBlinkLeft", 15)).isBetween(0.5f, 0.6f);
        assertThat(added).allSatisfy(target -> {
            for (int k = 0; k < target.indices().length; k++) {
                assertThat(target.indices()[k]).isGreaterThan(9);
                assertThat(target.deltas()[3 * k + 1]).as("below every image").isLessThan(-1000);
            }
        });
    }

    @Test
    void thresholds_leaveTheOpenEyeAsItIs() {
        assertThat(ClosedEyes.targets(POSITIONS, TRIANGLES, TARGETS)).allSatisfy(target -> {
            assertThat(target.effect(0)).isZero();
            assertThat(target.effect(1)).isEqualTo(1);
        });
        assertThat(TARGETS.get(0).effect(0.3f)).isEqualTo(0.3f);
    }

    @Test
    void meshWithoutTwoEyeballs_isLeftAsItIs() {
        int[] joined = TRIANGLES.clone();
        joined[joined.length - 1] = 10;

        assertThat(ClosedEyes.targets(POSITIONS, joined, TARGETS)).isEmpty();
        assertThat(ClosedEyes.targets(POSITIONS, new int[0], TARGETS)).isEmpty();
        assertThat(ClosedEyes.targets(POSITIONS, TRIANGLES, TARGETS.subList(0, 3)))
                .isEmpty();
        assertThat(ClosedEyes.targets(new float[0], new int[0], List.of())).isEmpty();
    }

    private static float threshold(List<MorphTarget> targets, String name, int vertex) {
        return targets.stream()
                .filter(target -> target.name().equals(name)
                        && List.of(boxed(target.indices())).contains(vertex))
                .findFirst()
                .orElseThrow()
                .threshold();
    }

    private static Integer[] boxed(int[] values) {
        return java.util.Arrays.stream(values).boxed().toArray(Integer[]::new);
    }
}
