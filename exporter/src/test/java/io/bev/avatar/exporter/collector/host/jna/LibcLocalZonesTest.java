package io.bev.avatar.exporter.collector.host.jna;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LibcLocalZonesTest {

    /** In a process of its own: the C library reads TZ once. Java itself calls the second one GMT-03:00. */
    @ParameterizedTest
    @CsvSource({"CET-1CEST, CET 3600", "<-03>3, -03 -10800", "<+0545>-5:45, +0545 20700", "UTC0, UTC 0"})
    void apply_isTheZoneOfOtherPrograms(String environment, String expected) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        builder.environment().put("TZ", environment);
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();

        assertThat(new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualToIgnoringNewLines(expected);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Prints the zone in winter. */
    static final class Main {

        private Main() {}

        public static void main(String... arguments) {
            var zone = new LibcLocalZones().apply(Instant.parse("2026-01-15T12:00:00Z"));
            System.out.println(zone.abbreviation() + " " + zone.offsetSeconds());
        }
    }
}
