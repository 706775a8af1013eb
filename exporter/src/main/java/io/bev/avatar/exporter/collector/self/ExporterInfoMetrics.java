package io.bev.avatar.exporter.collector.self;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.config.ThresholdOverride;
import java.util.List;
import java.util.function.Consumer;

/**
 * Build information of the exporter and threshold overrides of this host.
 *
 * <pre>
 * avatar_exporter_build_info{version="0.1.0",java_version="17.0.15"} 1.0
 * avatar_exporter_threshold{signal="gpu_temperature_celsius",severity="warning"} 75.0
 * </pre>
 */
public final class ExporterInfoMetrics implements Consumer<MetricSink> {

    private final String version;
    private final List<ThresholdOverride> thresholds;

    public ExporterInfoMetrics(String version, List<ThresholdOverride> thresholds) {
        this.version = version;
        this.thresholds = List.copyOf(thresholds);
    }

    @Override
    public void accept(MetricSink out) {
        out.gauge(
                "avatar_exporter_build_info",
                "Build information of the exporter; the value is always 1.",
                1,
                "version",
                version,
                "java_version",
                Runtime.version().toString());
        for (ThresholdOverride threshold : thresholds) {
            out.gauge(
                    "avatar_exporter_threshold",
                    "Threshold override of this host, replacing the fleet default.",
                    threshold.value(),
                    "signal",
                    threshold.signal(),
                    "severity",
                    threshold.severity());
        }
    }
}
