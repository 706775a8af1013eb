package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.gpu.GpuSample.Kind;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.List;

/** Takes what one reading of one device gives: samples, and the codes of the calls that gave none. */
final class GpuMetricSink {

    private static final String PREFIX = "nvidia_gpu_";

    private final List<String> deviceLabels;
    private final List<GpuSample> samples = new ArrayList<>();
    private boolean answered;
    private boolean unsupported;
    private int fatalCode = NvmlCode.SUCCESS;

    /** @param deviceLabels names and values that lead the labels of every sample */
    GpuMetricSink(List<String> deviceLabels) {
        this.deviceLabels = deviceLabels;
    }

    /** Notes how a call went; gives whether it gave a value. */
    boolean note(NvmlResult<?> result) {
        if (result.orNull() != null) {
            answered = true;
            return true;
        }
        if (NvmlCode.isUnsupported(result.code())) {
            unsupported = true;
        } else if (NvmlCode.endsSession(result.code())) {
            fatalCode = result.code();
        }
        return false;
    }

    /** A gauge of {@code scale} times the result, when there is one; {@code name} lacks {@code nvidia_gpu_}. */
    void gauge(String name, String help, NvmlResult<? extends Number> result, double scale, String... labels) {
        if (note(result)) {
            gauge(name, help, scaled(result.get().doubleValue(), scale), labels);
        }
    }

    /** A counter of {@code scale} times the result, when there is one. */
    void counter(String name, String help, NvmlResult<? extends Number> result, double scale, String... labels) {
        if (note(result)) {
            add(Kind.COUNTER, name, help, scaled(result.get().doubleValue(), scale), labels);
        }
    }

    /** A gauge from a call that was noted. */
    void gauge(String name, String help, double value, String... labels) {
        add(Kind.GAUGE, name, help, value, labels);
    }

    List<GpuSample> samples() {
        return List.copyOf(samples);
    }

    /** Whether the device offers the reading: it answered, or at least did not say that it does not. */
    boolean supported() {
        return answered || !unsupported;
    }

    /** The code that spoiled the session, else {@link NvmlCode#SUCCESS}. */
    int fatalCode() {
        return fatalCode;
    }

    private void add(Kind kind, String name, String help, double value, String... labels) {
        List<String> all = new ArrayList<>(deviceLabels);
        all.addAll(List.of(labels));
        samples.add(new GpuSample(kind, PREFIX + name, help, value, all));
    }

    /** Dividing by a hundred is exact where multiplying by a hundredth is not. */
    private static double scaled(double value, double scale) {
        return scale < 1 ? value / Math.rint(1 / scale) : value * scale;
    }
}
