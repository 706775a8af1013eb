package io.bev.avatar.exporter.collector.host.jna;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bev.avatar.exporter.collector.host.FileSystemProbe.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibcFileSystemsTest {

    private final LibcFileSystems fileSystems = new LibcFileSystems();

    /** Compared with {@code stat -f}: total sizes are equal, free sizes are within them. */
    @Test
    void usage_equalsStat(@TempDir Path directory) throws Exception {
        Process stat = new ProcessBuilder("stat", "-f", "-c", "%S %b %c", directory.toString()).start();
        String output = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeThat(stat.waitFor()).as("stat, of coreutils, answers").isZero();

        Usage usage = fileSystems.usage(directory.toString().getBytes(StandardCharsets.UTF_8));

        assertThat(List.of(usage.blockBytes(), usage.blocks(), usage.files()))
                .containsExactly(List.of(output.strip().split(" ", -1)).stream()
                        .map(Long::valueOf)
                        .toArray(Long[]::new));
        assertThat(usage.freeBlocks()).isBetween(1L, usage.blocks());
        assertThat(usage.availableBlocks()).isBetween(1L, usage.freeBlocks());
        assertThat(usage.freeFiles()).isBetween(0L, usage.files());
    }

    @Test
    void usage_ofMissingPath_failsWithErrno(@TempDir Path directory) {
        assertThatThrownBy(() ->
                        fileSystems.usage(directory.resolve("none").toString().getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessage("errno 2");
    }
}
