package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.testkit.Fuzzer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Text of the kernel and of other processes that has no collector directory of its own; see {@link OddFilesTest}. */
class HostFilesFuzzTest {

    @Test
    void mounts() {
        String valid = """
                /dev/sda1 / ext4 rw,relatime 0 0
                tmpfs /run\\040dir tmpfs rw,size=10k 0 0
                """;
        HostFiles files = new HostFiles(Path.of("/proc"), Path.of("/sys"));
        Fuzzer.run(valid, IllegalArgumentException.class, input -> Mount.parse(input, files));
    }

    @Test
    void textFile() {
        String valid = """
                # HELP a_total Help
                # TYPE a_total counter
                a_total{b="c\\n",d=""} 1.5e3
                # TYPE h histogram
                h_bucket{le="+Inf"} 2
                h_sum 1
                h_count 2
                x NaN
                """;
        Fuzzer.run(
                valid,
                IllegalArgumentException.class,
                input -> TextFile.parse(new String(input, StandardCharsets.UTF_8), "help"));
    }

    @Test
    void loadAverage() {
        Fuzzer.run(
                "0.20 0.18 0.12 1/80 11206\n",
                IllegalArgumentException.class,
                input -> LoadAvgCollector.parse(new String(input, StandardCharsets.ISO_8859_1), new MetricSink()));
    }
}
