package io.bev.avatar.renderer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GpuConfigTest {

    @Test
    void defaults_andEveryKey() {
        assertThat(GpuConfig.from(Config.of("", "f", Map.of()))).isEqualTo(new GpuConfig("0", 0.6, 512));
        assertThat(GpuConfig.from(Config.of(
                        "gpu: {device: GPU-1a, memory-fraction: 0.5, allocation-block-mb: 64}", "f", Map.of())))
                .isEqualTo(new GpuConfig("GPU-1a", 0.5, 64));
        assertThat(GpuConfig.from(Config.of("", "f", Map.of("GPU_MEMORY_FRACTION", "0.25")))
                        .memoryFraction())
                .isEqualTo(0.25);
    }

    @Test
    void zeroFraction_isRejected() {
        Config c = Config.of("gpu: {memory-fraction: 0}", "f", Map.of());
        GpuConfig.from(c);
        assertThatThrownBy(() -> c.finish("gpu"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("gpu.memory-fraction: found '0', expected a number from 0.01 to 1.0");
    }
}
