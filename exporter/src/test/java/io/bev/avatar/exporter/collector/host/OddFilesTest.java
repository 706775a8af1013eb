package io.bev.avatar.exporter.collector.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.Expositions;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One odd file among those of a whole host, whichever it is and however odd, costs at most what it contains. */
@Timeout(120)
class OddFilesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T01:00:00Z"), ZoneOffset.UTC);
    private static final int ROUNDS = 8;
    private static final long SEED = 20260101;

    /** {@code /proc/stat} has two collectors. */
    private static final int MAX_COLLECTORS_PER_FILE = 2;

    @TempDir
    Path root;

    @Test
    void collect_withAnyOneFileOdd_failsAtMostItsCollectors() throws Exception {
        copy(FIXTURES, root);
        Random random = new Random(SEED);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        assertThat(successes("none")).as("of the fixtures").isGreaterThan(25);
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            for (int round = 0; round < ROUNDS; round++) {
                Files.delete(file);
                String what = makeOdd(file, content, round, random);
                int failures = failures(file + ": " + what + ", seed " + SEED);
                assertThat(failures).as("%s: %s", file, what).isLessThanOrEqualTo(MAX_COLLECTORS_PER_FILE);
                Files.deleteIfExists(file);
                Files.write(file, content);
            }
        }
    }

    private static String makeOdd(Path file, byte[] content, int how, Random random) throws IOException {
        switch (how) {
            case 0 -> {
                return "missing";
            }
            case 1 -> {
                Files.createDirectory(file);
                return "a directory";
            }
            case 2 -> {
                Files.createSymbolicLink(file, Path.of("nowhere"));
                return "a dangling link";
            }
            case 3 -> {
                Files.write(file, new byte[0]);
                return "empty";
            }
            case 4 -> {
                byte[] garbage = new byte[5000];
                random.nextBytes(garbage);
                Files.write(file, garbage);
                return "binary";
            }
            case 5 -> {
                Files.write(file, new byte[17 << 20]);
                return "huge";
            }
            case 6 -> {
                Files.write(file, Arrays.copyOf(content, content.length / 2));
                return "truncated";
            }
            default -> {
                byte[] changed = content.clone();
                for (int i = 0; i < Math.min(8, changed.length); i++) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                }
                Files.write(file, changed);
                return "with random bytes";
            }
        }
    }

    private int failures(String what) throws Exception {
        return count(what, ",} 0.0");
    }

    private int successes(String what) throws Exception {
        return count(what, ",} 1.0");
    }

    private int count(String what, String ending) throws Exception {
        MetricSink out = new MetricSink();
        FileSystemProbe probe = mount -> new FileSystemProbe.Usage(4096, 10, 4, 3, 6, 5);
        try (HostCollector collector =
                HostFixture.withAll(root.resolve("proc"), root.resolve("sys"), probe, () -> 0, CLOCK)) {
            collector.collect(out);
        } catch (PartialCollectionException e) {
            assertThat(e).as(what).hasMessageNotContaining("NullPointer").hasMessageNotContaining("OutOfBounds");
        }
        assertThat(out.duplicates()).as(what).isEmpty();
        return (int) Expositions.text(out)
                .lines()
                .filter(line -> line.startsWith("node_scrape_collector_success{") && line.endsWith(ending))
                .count();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path source : walk.toList()) {
                Path target = to.resolve(from.relativize(source).toString());
                if (Files.isDirectory(source)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(source, target);
                }
            }
        }
    }
}
