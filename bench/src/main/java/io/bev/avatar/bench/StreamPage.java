package io.bev.avatar.bench;

import io.bev.avatar.common.bench.Measurement;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Documentation page of {@link StreamBenchmark}. */
final class StreamPage {

    private static final List<String> COLUMNS = List.of("stream.50", "stream.200", "stream.50.video");

    private StreamPage() {}

    /**
     * Markdown.
     *
     * @param measured results of the benchmark
     * @param seconds measuring time
     * @param machine one sentence
     * @param load threads ready to run in the minute before
     */
    static String of(List<Measurement> measured, int seconds, String machine, double load, LocalDate day) {
        StringBuilder page = new StringBuilder(String.format(Locale.ROOT, """
            # Stream

            `./avatar bench stream --docs` generated this page on %s, on %s. Before the run, %.1f threads were ready to run per minute on average: with
            more than the cores, waiting for a core is part of every age and limits the frame rate.

            One renderer with the built-in avatar at 640x360; viewers acknowledge frames without decoding them. Measured for %d s, after 5 s of
            warm-up: 50 viewers, of which one reads 100 kB/s and one nothing after its first frame; 200 viewers; 50 viewers of
            [video](../adr/0031-video-for-slow-lines.md). Frame age is from publication to receipt on the same host, without the slow and the stalled viewer.

            | | 50 viewers | 200 viewers | 50 viewers of video | target |
            |---|---|---|---|---|
            """, day, machine, load, seconds));
        row(page, measured, "frame age, p99", "frame_age.p99", m -> number(m.value()) + " ms", "50 viewers: 100 ms");
        row(page, measured, "frame age, median", "frame_age.p99", m -> detail(m, "p50Ms") + " ms", "");
        row(
                page,
                measured,
                "frames per second, slowest and fastest viewer",
                "fps",
                m -> detail(m, "slowest") + ", " + detail(m, "fastest"),
                "equal");
        row(page, measured, "bytes per frame", "frame_bytes", m -> number(m.value()), "video: a fifth");
        row(page, measured, "CPU cores of the renderer", "rss", m -> detail(m, "cpuCores"), "");
        row(
                page,
                measured,
                "resident memory, growth while measured",
                "rss",
                m -> mebibytes(m.value()) + ", " + mebibytes(growth(m)),
                "flat");
        row(
                page,
                measured,
                "slow viewer: frames, median age",
                "frame_age.p99",
                m -> m.details().containsKey("slowViewerFrames")
                        ? detail(m, "slowViewerFrames") + ", " + detail(m, "slowViewerP50Ms") + " ms"
                        : "",
                "");
        row(page, measured, "connections closed by the renderer", "frame_age.p99", m -> detail(m, "closed"), "0");
        page.append("""

            Each frame is encoded once per format for all viewers (`LatestFrameHubTest`), and not at all without viewers. The slow line is a reader with a
            small receive buffer: the renderer notices it like a slow network, by a full socket and late acknowledgements.
            """);
        return page.toString();
    }

    private static void row(
            StringBuilder page,
            List<Measurement> measured,
            String title,
            String result,
            Function<Measurement, String> value,
            String target) {
        page.append("| ").append(title).append(" |");
        for (String column : COLUMNS) {
            page.append(' ')
                    .append(find(measured, column + "." + result).map(value).orElse(""))
                    .append(" |");
        }
        page.append(' ').append(target).append(" |\n");
    }

    private static Optional<Measurement> find(List<Measurement> measured, String name) {
        return measured.stream().filter(m -> m.name().equals(name)).findFirst();
    }

    private static String detail(Measurement measurement, String name) {
        Object value = measurement.details().get(name);
        return value instanceof Number number ? number(number.doubleValue()) : String.valueOf(value);
    }

    private static double growth(Measurement measurement) {
        Map<String, Object> details = measurement.details();
        return details.get("growth") instanceof Number growth ? growth.doubleValue() : 0;
    }

    private static String mebibytes(double bytes) {
        return number(bytes / (1 << 20)) + " MiB";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) || Math.abs(value) >= 100 ? "%.0f" : "%.1f", value);
    }
}
