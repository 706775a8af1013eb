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

    /** Against {@code stat -f}: sizes that stay, and free ones that move lie within them. */
    @Test
    void usage_isWhatStatTells(@TempDir Path folder) throws Exception {
        Process stat = new ProcessBuilder("stat", "-f", "-c", "%S %b %c", folder.toString()).start();
        String told = new String(stat.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeThat(stat.waitFor()).as("stat, of coreutils, answers").isZero();

        Usage usage = fileSystems.usage(folder.toString());

        assertThat(List.of(usage.blockBytes(), usage.blocks(), usage.files()))
                .containsExactly(List.of(told.strip().split(" ")).stream()
                        .map(Long::valueOf)
                        .toArray(Long[]::new));
        assertThat(usage.freeBlocks()).isBetween(1L, usage.blocks());
        assertThat(usage.availableBlocks()).isBetween(1L, usage.freeBlocks());
        assertThat(usage.freeFiles()).isBetween(0L, usage.files());
    }

    @Test
    void usage_ofNothing_isAnErrorWithItsNumber(@TempDir Path folder) {
        assertThatThrownBy(() -> fileSystems.usage(folder.resolve("none").toString()))
                .isInstanceOf(IOException.class)
                .hasMessage("errno 2");
    }
}
