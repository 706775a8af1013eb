package io.bev.avatar.bench;

import io.bev.avatar.common.bench.Measurement;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Documentation page of {@link RenderComparison}. */
final class RenderPage {

    private static final List<String> SIZES = List.of("640x360", "1280x720", "1920x1080");
    private static final Map<String, String> VIEWERS = Map.of(
            OtherViewers.LAM, "animated, one sort per frame",
            OtherViewers.SPLATS_3D, "at rest, sorted once",
            OtherViewers.SPLAT_TRANSFORM, "its image writer, at rest");

    private RenderPage() {}

    /**
     * Markdown.
     *
     * @param measured results of the benchmark
     * @param seconds measuring time of each value
     * @param machine one sentence
     * @param load threads ready to run in the minute before
     */
    static String of(List<Measurement> measured, int seconds, String machine, double load, LocalDate day) {
        StringBuilder page = new StringBuilder(String.format(Locale.ROOT, """
            # Rendering

            `./avatar bench render --docs --model FILE` generated this page on %s, on %s. Before the run, %.1f threads were ready to run per minute on
            average: with more than the cores, waiting for a core lowers every rate.

            ## Frames per second

            Rig, rasteriser and JPEG, one frame after the other, a moving face; the median frame of %d s, after a warm-up of the same length. In
            parentheses the CPU time of all threads per frame, and the target where there is one. What limits the rate: [ADR 33](../adr/0033-rendering-speed.md).

            | | 640x360 | 1280x720 | 1920x1080 |
            |---|---|---|---|
            """, day, machine, load, seconds));
        row(page, measured, "LAM avatar", "lam");
        row(page, measured, "100,000 Gaussians of SH degree 3", "100k-sh3");
        row(page, measured, "built-in avatar", "builtin");
        page.append("""

            | stage, LAM avatar at 640x360 | median |
            |---|---|
            """);
        for (String stage : List.of("rig", "project", "sort", "blend", "encode")) {
            measured.stream()
                    .filter(m -> m.name().equals("stage." + stage + ".p50")
                            && "lam 640x360".equals(m.details().get("scene")))
                    .forEach(m -> page.append(String.format(Locale.ROOT, "| %s | %.2f ms |%n", stage, m.value())));
        }
        viewers(page, measured);
        return page.toString();
    }

    private static void row(StringBuilder page, List<Measurement> measured, String title, String scene) {
        page.append("| ").append(title).append(" |");
        for (String size : SIZES) {
            page.append(' ')
                    .append(find(measured, "render.cpu." + scene + "." + size + ".fps")
                            .map(RenderPage::rate)
                            .orElse(""))
                    .append(" |");
        }
        page.append('\n');
    }

    private static String rate(Measurement m) {
        Object target = m.details().get("target");
        String cpu = m.details().get("cpuMs") instanceof Number n
                ? String.format(Locale.ROOT, " (%.1f ms", n.doubleValue())
                : " (";
        return number(m.value()) + cpu + (target == null ? ")" : "; target " + target + ")");
    }

    private static void viewers(StringBuilder page, List<Measurement> measured) {
        page.append("""

            ## Beside viewers of other projects

            The same LAM avatar at 640x360, in the same run. The viewers are npm packages; those for browsers run in headless Chromium with WebGL by
            SwiftShader, as on a machine without a GPU, and a frame counts when one of its pixels is read back. The image is compared at rest with that of the
            reference rasteriser, which is at least 60 dB from a double-precision one.

            | | version | fps | distance of the image (PSNR) | remark |
            |---|---|---|---|---|
            """);
        String ours = "render.cpu.lam.640x360";
        page.append(String.format(
                Locale.ROOT,
                "| this renderer | | %s | %s | animated, with JPEG |%n",
                find(measured, ours + ".fps").map(m -> number(m.value())).orElse(""),
                find(measured, ours + ".psnr")
                        .map(m -> number(m.value()) + " dB")
                        .orElse("")));
        for (String name : List.of(OtherViewers.LAM, OtherViewers.SPLATS_3D, OtherViewers.SPLAT_TRANSFORM)) {
            find(measured, "viewer." + name + ".fps").ifPresent(m -> page.append(viewer(name, m)));
        }
        find(measured, "render.ratio")
                .ifPresent(m -> page.append(String.format(
                        Locale.ROOT,
                        "%nThis renderer is %s times as fast as the fastest of them (target: %.0f).%n",
                        number(m.value()),
                        RenderComparison.TARGET_RATIO)));
    }

    private static String viewer(String name, Measurement m) {
        Map<String, Object> details = m.details();
        if (details.get("notMeasured") instanceof String reason) {
            String text = reason.replaceAll("[|\\s]+", " ");
            return "| `" + name + "` | " + details.get("version") + " | | | not measured: " + text + " |\n";
        }
        return String.format(
                Locale.ROOT,
                "| `%s` | %s | %.2f | %s dB | %s |%n",
                name,
                details.get("version"),
                m.value(),
                details.get("psnr") instanceof Number n ? number(n.doubleValue()) : "",
                VIEWERS.get(name));
    }

    private static Optional<Measurement> find(List<Measurement> measured, String name) {
        return measured.stream().filter(m -> m.name().equals(name)).findFirst();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.1f", value);
    }
}
