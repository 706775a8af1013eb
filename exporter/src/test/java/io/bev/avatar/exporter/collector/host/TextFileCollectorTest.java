package io.bev.avatar.exporter.collector.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TextFileCollectorTest {

    private static final String GOOD = """
            # HELP jobs_total Jobs, \\\\ by\\nname
            # TYPE jobs_total counter
            jobs_total{name="a \\"b\\" \\\\ c\\nd",} 7
            # a comment
            # TYPE queue gauge
            queue -1.5e3
            queue{ name = "x" , zone="1" } +Inf
            # TYPE legacy counter
            legacy 3
            # TYPE latency histogram
            latency_bucket{le="+Inf"} 2
            latency_sum 1.5
            latency_count 2
            """;

    @TempDir
    Path directory;

    private HostFiles files = new HostFiles(Path.of("/nonexistent"), Path.of("/nonexistent"));

    private String collect() throws IOException {
        return collect(new TextFileCollector(directory, true));
    }

    private String collect(TextFileCollector collector) throws IOException {
        files = new HostFiles(Path.of("/nonexistent"), Path.of("/nonexistent"));
        MetricSink out = new MetricSink();
        collector.read(files, out);
        assertThat(out.duplicates()).isEmpty();
        return Expositions.text(out);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void read_goodFile_isExportedUnchangedWithItsTime() throws Exception {
        Path file = write("jobs.prom", GOOD);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_767_225_600_500L));
        write("ignored.txt", "not metrics");

        assertThat(collect())
                .contains("# HELP jobs_total Jobs, \\\\ by\\nname\n# TYPE jobs_total counter\n")
                .contains("jobs_total{name=\"a \\\"b\\\" \\\\ c\\nd\",} 7.0\n")
                .contains("# HELP queue Metric read from " + file + "\n# TYPE queue gauge\nqueue -1500.0\n")
                .contains("queue{name=\"x\",zone=\"1\",} +Inf\n")
                .contains("# TYPE legacy untyped\nlegacy 3.0\n")
                .contains("# TYPE latency histogram\nlatency_bucket{le=\"+Inf\",} 2.0\n")
                .contains("node_textfile_mtime_seconds{file=\"" + file + "\",} 1.7672256005E9\n")
                .contains("node_textfile_scrape_error 0.0\n");
    }

    @Test
    void read_badFile_costsThatFileAlone() throws Exception {
        write("a.prom", "a 1\n");
        write("z.prom", "z 1\n");
        for (String bad : new String[] {
            "bad 1",
            "bad one\n",
            "bad 1d\n",
            "bad{x=\"1\" 2\n",
            "bad{x=1} 2\n",
            "bad{x=\"1\\\"} 2\n",
            "bad{x=\"1\",x=\"2\"} 2\n",
            "bad 1 1767225600000\n",
            "bad{x=\"1\"} 1\nbad{x=\"1\"} 2\n",
            "1bad 1\n",
            "# TYPE bad gage\nbad 1\n",
            "bad 1\n# TYPE bad gauge\n",
            "# TYPE\n",
            "# TYPE a gauge\na{x=\"1\"} 2\n",
            "a 2\n",
            "bad\n",
            "bad{\n",
        }) {
            write("m.prom", bad);

            assertThat(collect())
                    .as(bad)
                    .contains("\na 1.0\n", "\nz 1.0\n", "node_textfile_scrape_error 1.0\n")
                    .doesNotContain("\nbad", "m.prom");
            assertThat(files.skipped()).as(bad).isOne();
        }
        write("m.prom", "fine 1\n");
        assertThat(collect()).contains("\nfine 1.0\n", "node_textfile_scrape_error 0.0\n");
    }

    @Test
    void read_pipeDirectoryAndDeadLink_areNotOpened() throws Exception {
        write("a.prom", "a 1\n");
        assertThat(new ProcessBuilder("mkfifo", directory.resolve("pipe.prom").toString())
                        .start()
                        .waitFor())
                .isZero();
        Files.createDirectory(directory.resolve("directory.prom"));
        Files.createSymbolicLink(directory.resolve("link.prom"), Path.of("/nonexistent"));

        assertThat(collect()).contains("\na 1.0\n", "node_textfile_scrape_error 1.0\n");
        assertThat(files.skipped()).isEqualTo(3);
    }

    @Test
    void read_hugeOrManyFiles_areLimited() throws Exception {
        write("a.prom", "a 1\n");
        write("huge.prom", "# " + "x".repeat(1 << 20) + "\nhuge 1\n");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 10_001; i++) {
            many.append("many{i=\"").append(i).append("\"} 1\n");
        }
        write("many.prom", many.toString());
        for (int i = 0; i < 120; i++) {
            write("x" + i + ".prom", "x" + i + " 1\n");
        }

        String text = collect();

        assertThat(text)
                .contains("\na 1.0\n", "node_textfile_scrape_error 1.0\n")
                .doesNotContain("huge 1", "many{");
        assertThat(text.lines().filter(line -> line.startsWith("x")).count()).isEqualTo(97);
    }

    @Test
    void read_missingDirectory_isAnErrorIfItWasConfigured() throws Exception {
        Path missing = directory.resolve("missing");

        assertThat(collect(new TextFileCollector(missing, true))).contains("node_textfile_scrape_error 1.0\n");
        assertThatThrownBy(() -> collect(new TextFileCollector(missing, false)))
                .isInstanceOf(SourceAbsentException.class);
    }

    @Test
    void read_randomChanges_failOrYieldWellFormedText() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < 3000; i++) {
            byte[] text = GOOD.getBytes(StandardCharsets.UTF_8);
            for (int k = 0; k < 4; k++) {
                text[random.nextInt(text.length)] = (byte) random.nextInt(256);
            }
            Files.write(directory.resolve("r.prom"), text);

            assertThat(collect()).as("seed 11, change %d", i).contains("node_textfile_scrape_error ");
        }
    }
}
