package io.bev.avatar.common.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostDescriptionTest {

    @Test
    void describe_countsCores() {
        Measurement machine = HostDescription.describe();

        assertThat(machine.name()).isEqualTo("machine");
        assertThat(machine.value()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(machine.details()).containsKeys("cpu", "memory", "os", "arch", "java", "load");
        assertThat(machine.details().keySet())
                .isSubsetOf("cpu", "memory", "board", "firmware", "graphics", "os", "arch", "java", "load");
        assertThat((String) machine.details().get("memory")).endsWith(" GiB");
        assertThat(HostDescription.sentence())
                .contains(" cores of ", String.valueOf(machine.details().get("java")));
    }
}
