package io.bev.avatar.splat.scene;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ModelMemoryTest {

    private static final long MIB = 1 << 20;
    /** A heap of 1 GiB with a young generation of 80 MiB. */
    private static final ModelMemory GIBIBYTE = new ModelMemory(866 * MIB, 1016 * MIB, 0, 0);

    @Test
    void threeMillionOfDegreeThree_fitIntoOneGibibyte() {
        assertThatCode(() -> GIBIBYTE.require("a.ply", 3_000_000, 3)).doesNotThrowAnyException();
    }

    @Test
    void modelThatFitsAlone_isRejectedBesideAnotherOne_withBothSizesAndTheRemedies() {
        assertThatThrownBy(() -> GIBIBYTE.beside(1_000_000, 3).require("a.ply", 3_000_000, 3))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("a.ply: expected a model that fits into 866 MiB of Java heap")
                .hasMessageContaining("beside the current one, which uses 250 MiB")
                .hasMessageContaining("3000000 Gaussians of degree 3, which need 750 MiB")
                .hasMessageContaining("BEV_AVATAR_JAVA_OPTIONS=-Xmx")
                .hasMessageContaining("operation replace");
    }

    @Test
    void smallModel_fitsBesideALargeOne() {
        assertThatCode(() -> GIBIBYTE.beside(1_500_000, 3).require("a.ply", 1_500_000, 3))
                .doesNotThrowAnyException();
    }

    @Test
    void modelThatNeverFits_doesNotNameTheOperation() {
        assertThatThrownBy(() -> GIBIBYTE.require("a.ply", 10_000_000, 3))
                .hasMessageContaining("which need")
                .hasMessageNotContaining("replace");
    }

    @Test
    void suggestedHeap_isEnough() {
        long peak = 10_000_000L * 262;
        assertThatThrownBy(() -> GIBIBYTE.require("a.ply", 10_000_000, 3)).satisfies(e -> {
            String option = String.valueOf(e.getMessage()).replaceAll(".*-Xmx(\\d+)m.*", "$1");
            long old = Long.parseLong(option) * MIB - 80 * MIB;
            assertThatCode(() -> new ModelMemory(old - old / 12, old, 0, 0).require("a.ply", 10_000_000, 3))
                    .as("%d MiB for %d", old / MIB, peak / MIB)
                    .doesNotThrowAnyException();
        });
    }
}
