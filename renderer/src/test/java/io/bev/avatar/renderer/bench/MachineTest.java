package io.bev.avatar.renderer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTest {

    @Test
    void modelName_isTheFirstOfCpuInfo() {
        assertThat(Machine.modelName(
                        "processor\t: 0\nmodel name\t: Fast CPU 3000\nprocessor\t: 1\nmodel name\t: Other\n"))
                .isEqualTo("Fast CPU 3000");
    }

    @Test
    void modelName_whereNoneIsGiven_isUnknown() {
        assertThat(Machine.modelName("CPU implementer : 0x41\n")).isEqualTo("unknown");
    }

    @Test
    void describe_countsCores() {
        BenchResult machine = Machine.describe();

        assertThat(machine.name()).isEqualTo("machine");
        assertThat(machine.value()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(machine.details()).containsKeys("cpu", "os", "arch", "java");
    }
}
