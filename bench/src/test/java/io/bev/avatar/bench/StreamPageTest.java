package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.bench.Measurement;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StreamPageTest {

    @Test
    void page_hasEachResultInItsColumn_andNothingWhereOneIsMissing() {
        List<Measurement> measured = List.of(
                new Measurement("stream.50.frame_age.p99", 17.25, "ms", Map.of("p50Ms", 4, "closed", 0)),
                new Measurement("stream.50.frame_bytes", 11_000, "bytes", Map.of("videoShare", 0)),
                new Measurement("stream.50.video.frame_bytes", 1234.5, "bytes", Map.of("videoShare", 1)),
                new Measurement("stream.200.rss", 234e6, "bytes", Map.of("growth", 1 << 20, "cpuCores", 0.75)));

        String page = StreamPage.of(measured, 10, "2 cores of X", 3, LocalDate.EPOCH);

        assertThat(page)
                .contains("generated this page on 1970-01-01, on 2 cores of X", "Before the run, 3.0 threads")
                .contains("| frame age, p99 | 17.3 ms |  |  | 50 viewers: 100 ms |")
                .contains("| bytes per frame | 11000 |  | 1235 | video: a fifth |")
                .contains("| resident memory, growth while measured |  | 223 MiB, 1 MiB |  | flat |")
                .contains("| CPU cores of the renderer |  | 0.8 |  |  |");
    }
}
