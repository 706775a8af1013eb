package io.bev.avatar.exporter.health;

import io.bev.avatar.exporter.collector.Collector;
import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.collector.PartialCollectionException;
import io.bev.avatar.exporter.collector.Sample;
import io.bev.avatar.exporter.collector.host.TextFile;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * GPU samples of the running exporter, so that health and alerts judge the same readings. Where no exporter responds, this process
 * reads NVML itself.
 */
final class RunningExporterGpu implements Collector {

    private static final Logger LOG = LoggerFactory.getLogger(RunningExporterGpu.class);

    /** Metrics of the running exporter's collector {@code gpu}, in the text format. */
    @FunctionalInterface
    interface Source {
        String metrics() throws IOException, InterruptedException;
    }

    private final Source exporter;
    private final Collector own;

    /** @param own reads NVML; closed with this */
    RunningExporterGpu(Source exporter, Collector own) {
        this.exporter = exporter;
        this.own = own;
    }

    @Override
    public String name() {
        return own.name();
    }

    @Override
    public void collect(MetricSink out) throws Exception {
        MetricSink read = new MetricSink();
        try {
            TextFile.parse(exporter.metrics(), "").write(read);
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("no running exporter, reading NVML: {}", e.getMessage());
            own.collect(out);
            return;
        }
        boolean failed = read.families().stream()
                .flatMap(family -> family.samples().stream())
                .anyMatch(this::isFailure);
        out.addAll(read);
        if (failed) {
            throw new PartialCollectionException(cause(out));
        }
    }

    private boolean isFailure(Sample sample) {
        return sample.name().equals("avatar_exporter_collector_success")
                && sample.label("collector").equals(own.name())
                && sample.value() != 1;
    }

    private static String cause(MetricSink out) {
        return out.families().stream()
                .flatMap(family -> family.samples().stream())
                .filter(sample -> sample.name().equals("avatar_exporter_nvml_error"))
                .findFirst()
                .map(sample -> sample.label("code").equals(GpuHealthCheck.NO_DRIVER)
                        ? "no NVIDIA driver"
                        : "the running exporter reports NVML error " + sample.label("code") + ", "
                                + sample.label("error"))
                .orElse("the running exporter cannot read the GPU");
    }

    @Override
    public void close() {
        own.close();
    }
}
