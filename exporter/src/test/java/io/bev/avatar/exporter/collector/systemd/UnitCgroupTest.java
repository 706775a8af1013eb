package io.bev.avatar.exporter.collector.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.exporter.collector.systemd.UnitCgroup.Pressure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitCgroupTest {

    private static final String GROUP = "/system.slice/a\\x2db.service";

    @TempDir
    private Path sys;

    private UnitCgroup cgroup;

    @BeforeEach
    void open() {
        cgroup = new UnitCgroup(sys);
    }

    private void file(String hierarchy, String name, String text) throws IOException {
        Path directory = Files.createDirectories(sys.resolve("fs/cgroup/" + hierarchy + GROUP));
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void hybridLayout_pressureOfUnifiedAndPeakOfVersion1() throws Exception {
        file("unified", "io.pressure", "some avg10=0.00 total=2000000\nfull avg10=0.00 total=1000000\n");
        file("memory", "memory.max_usage_in_bytes", "4096\n");

        assertThat(cgroup.pressure(GROUP)).containsExactly(new Pressure("io", 2, OptionalDouble.of(1)));
        assertThat(cgroup.memoryPeakBytes(GROUP)).hasValue(4096);
    }

    @Test
    void unifiedLayout_pressureAndPeak() throws Exception {
        file("", "cpu.pressure", "some avg10=0.00 total=18446744073709551615\n");
        file("", "memory.peak", "8192\n");
        Files.writeString(sys.resolve("fs/cgroup/cgroup.controllers"), "cpu\n");
        Files.createDirectories(sys.resolve("fs/cgroup/unified"));

        assertThat(cgroup.pressure(GROUP))
                .containsExactly(new Pressure("cpu", Math.pow(2, 64) / 1e6, OptionalDouble.empty()));
        assertThat(cgroup.memoryPeakBytes(GROUP)).hasValue(8192);
    }

    @Test
    void absentGoneOddOrHuge_noValues() throws Exception {
        assertThat(cgroup.pressure(GROUP)).isEmpty();
        assertThat(cgroup.memoryPeakBytes(GROUP)).isEmpty();
        assertThat(cgroup.pressure("")).isEmpty();

        file("unified", "cpu.pressure", "");
        file("unified", "io.pressure", "some total=x\n");
        file("unified", "memory.pressure", "some total=1\n".repeat(1 << 18));
        file("unified", "memory.peak", "max\n");
        assertThat(cgroup.pressure(GROUP)).isEmpty();
        assertThat(cgroup.memoryPeakBytes(GROUP)).isEmpty();
    }
}
