package io.bev.avatar.exporter.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunningExporterGpuTest {

    private static final String HOT = """
            # TYPE nvidia_gpu_temperature_celsius gauge
            nvidia_gpu_temperature_celsius{gpu="0"} 97
            # TYPE avatar_exporter_collector_success gauge
            avatar_exporter_collector_success{collector="gpu"} %s
            """;

    /** Stands for NVML of this process, which sees a cool GPU. */
    private static final class OwnGpu implements Collector {
        boolean closed;

        @Override
        public String name() {
            return "gpu";
        }

        @Override
        public void collect(MetricSink out) {
            out.gauge("nvidia_gpu_temperature_celsius", "", 40, "gpu", "0");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final OwnGpu own = new OwnGpu();

    private List<Double> temperatures(RunningExporterGpu.Source source) throws Exception {
        MetricSink out = new MetricSink();
        new RunningExporterGpu(source, own).collect(out);
        return temperatures(out);
    }

    private static List<Double> temperatures(MetricSink out) {
        return out.families().stream()
                .flatMap(family -> family.samples().stream())
                .filter(sample -> sample.name().equals("nvidia_gpu_temperature_celsius"))
                .map(sample -> sample.value())
                .toList();
    }

    @Test
    void runningExporter_isReadInsteadOfNvml() throws Exception {
        assertThat(temperatures(() -> HOT.formatted("1"))).containsExactly(97.0);
    }

    @Test
    void noExporter_orNoMetrics_readsNvml() throws Exception {
        assertThat(temperatures(() -> {
                    throw new IOException("connection refused");
                }))
                .containsExactly(40.0);
        assertThat(temperatures(() -> "<html>another service</html>\n")).containsExactly(40.0);
    }

    @Test
    void exporterThatCannotReadTheGpu_isAnError_andItsSamplesAreKept() {
        MetricSink out = new MetricSink();
        RunningExporterGpu gpu = new RunningExporterGpu(
                () -> HOT.formatted("0") + "avatar_exporter_nvml_error{code=\"15\",error=\"GPU_IS_LOST\"} 1\n", own);
        assertThatThrownBy(() -> gpu.collect(out))
                .isInstanceOf(PartialCollectionException.class)
                .hasMessage("the running exporter reports NVML error 15, GPU_IS_LOST");
        assertThat(temperatures(out)).containsExactly(97.0);
        gpu.close();
        assertThat(own.closed).isTrue();
    }
}
