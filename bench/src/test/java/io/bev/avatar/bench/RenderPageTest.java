package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.common.bench.Measurement;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RenderPageTest {

    @Test
    void page_hasRatesWithTargets_andNamesWhatWasNotMeasured() {
        List<Measurement> measured = List.of(
                new Measurement("render.cpu.lam.640x360.fps", 211.4, "fps", Map.of("target", 300L, "cpuMs", 8.25)),
                new Measurement("render.cpu.builtin.1920x1080.fps", 40, "fps", Map.of("cpuMs", 50.0)),
                new Measurement("render.cpu.lam.640x360.psnr", 58.26, "dB", Map.of()),
                new Measurement("stage.blend.p50", 4.5, "ms", Map.of("scene", "lam 640x360")),
                new Measurement("stage.blend.p50", 9.5, "ms", Map.of("scene", "builtin 640x360")),
                new Measurement(
                        "viewer.gaussian-splat-renderer-for-lam.fps",
                        0,
                        "fps",
                        Map.of("version", "0.0.8", "notMeasured", "page: a | b\nc")),
                new Measurement(
                        "viewer.@mkkellogg/gaussian-splats-3d.fps",
                        2.5,
                        "fps",
                        Map.of("version", "0.4.7", "psnr", 41.1)),
                new Measurement("render.ratio", 84.56, "ratio", Map.of("target", 30.0)));

        String page = RenderPage.of(measured, 8, "2 cores of X", 0.5, LocalDate.EPOCH);

        assertThat(page)
                .contains("generated this page on 1970-01-01, on 2 cores of X")
                .contains("| LAM avatar | 211 (8.3 ms; target 300) |  |  |")
                .contains("| built-in avatar |  |  | 40.0 (50.0 ms) |")
                .contains("| blend | 4.50 ms |")
                .doesNotContain("9.50 ms")
                .contains("| this renderer | | 211 | 58.3 dB |")
                .contains("| `gaussian-splat-renderer-for-lam` | 0.0.8 | | | not measured: page: a b c |")
                .contains("| `@mkkellogg/gaussian-splats-3d` | 0.4.7 | 2.50 | 41.1 dB |")
                .contains("84.6 times as fast as the fastest of them (target: 30)");
    }

    @Test
    void psnr_isThatOfTheMeanSquaredDifference() {
        byte[] black = new byte[300];
        byte[] white = new byte[300];
        Arrays.fill(white, (byte) 255);

        assertThat(RenderComparison.psnr(white, black)).isZero();
        black[0] = 30;
        assertThat(RenderComparison.psnr(new byte[300], black)).isCloseTo(43.36, within(0.01));
        assertThat(RenderComparison.psnr(black, black)).isEqualTo(99);
        assertThatThrownBy(() -> RenderComparison.psnr(new byte[1], black)).hasMessage("1 bytes: expected 300");
    }
}
