package io.bev.avatar.common.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostNameTest {

    @TempDir
    Path proc;

    @ParameterizedTest
    @CsvSource({"gpu-07,gpu-07,gpu-07", "gpu-07.example.org,gpu-07.example.org,gpu-07", "'',localhost,localhost"})
    void read_fullNameAndInstance(String set, String full, String instance) throws IOException {
        Files.createDirectories(proc.resolve("sys/kernel"));
        Files.writeString(proc.resolve("sys/kernel/hostname"), set + "\n");

        assertThat(HostName.read(proc).full()).isEqualTo(full);
        assertThat(HostName.read(proc).instance()).isEqualTo(instance);
    }

    @Test
    void read_withoutProcfs_isTheNameOfTheSystem() {
        HostName known = HostName.read(Path.of("/proc"));
        assumeTrue(!known.full().equals("localhost"), "this host has no name of its own");

        assertThat(HostName.read(proc.resolve("none")).instance()).isEqualTo(known.instance());
    }
}
