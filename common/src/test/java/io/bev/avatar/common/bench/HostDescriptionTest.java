package io.bev.avatar.common.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostDescriptionTest {

    @Test
    void value_ofCpuInfo_isTheFirst() {
        assertThat(HostDescription.value(
                        "processor\t: 0\nmodel name\t: Fast CPU 3000\nprocessor\t: 1\nmodel name\t: Other\n",
                        "model name"))
                .contains("Fast CPU 3000");
        assertThat(HostDescription.value("CPU implementer : 0x41\n", "model name"))
                .isEmpty();
    }

    @Test
    void memory_isInGibibytes() {
        assertThat(HostDescription.memory("MemTotal:       24683520 kB\nMemFree: 1 kB\n"))
                .isEqualTo("23.5 GiB");
        assertThat(HostDescription.memory("")).isEqualTo("unknown memory");
    }

    @Test
    void describe_countsCores() {
        Measurement machine = HostDescription.describe();

        assertThat(machine.name()).isEqualTo("machine");
        assertThat(machine.value()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(machine.details()).containsOnlyKeys("cpu", "memory", "os", "arch", "java", "load");
        assertThat(HostDescription.sentence())
                .contains(" cores of ", String.valueOf(machine.details().get("java")));
    }
}
