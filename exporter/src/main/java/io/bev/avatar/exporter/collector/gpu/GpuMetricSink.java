package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.gpu.GpuSample.Kind;
import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Collects the results of one metric group of one device: samples, and the return codes of failed calls. */
final class GpuMetricSink {

    private static final String PREFIX = "nvidia_gpu_";

    private final List<String> deviceLabels;
    private final List<GpuSample> samples = new ArrayList<>();
    private boolean succeeded;
    private boolean unsupported;
    private @Nullable NvmlResult<?> error;
    private int fatalCode = NvmlCode.SUCCESS;

    /** @param deviceLabels names and values of the leading labels of every sample */
    GpuMetricSink(List<String> deviceLabels) {
        this.deviceLabels = deviceLabels;
    }

    /** Records the result of a call; returns whether it has a value. */
    boolean record(NvmlResult<?> result) {
        if (result.orNull() != null) {
            succeeded = true;
            return true;
        }
        if (NvmlCode.isUnsupported(result.code())) {
            unsupported = true;
            return false;
        }
        if (error == null) {
            error = result;
        }
        if (NvmlCode.endsSession(result.code())) {
            fatalCode = result.code();
        }
        return false;
    }

    /** Records that the group is supported and has no values now. */
    void nothing() {
        succeeded = true;
    }

    /** Records the result of a call for a label; empty without a value. */
    String label(NvmlResult<String> result) {
        return record(result) ? result.get() : "";
    }

    /** A gauge of {@code scale} times the result, if any; {@code name} without the prefix {@code nvidia_gpu_}. */
    void gauge(String name, String help, NvmlResult<? extends Number> result, double scale, String... labels) {
        if (record(result)) {
            gauge(name, help, scaled(result.get().doubleValue(), scale), labels);
        }
    }

    /** A counter of {@code scale} times the result, if any. */
    void counter(String name, String help, NvmlResult<? extends Number> result, double scale, String... labels) {
        if (record(result)) {
            add(Kind.COUNTER, name, help, scaled(result.get().doubleValue(), scale), labels);
        }
    }

    /** A gauge from a recorded result. */
    void gauge(String name, String help, double value, String... labels) {
        add(Kind.GAUGE, name, help, value, labels);
    }

    List<GpuSample> samples() {
        return List.copyOf(samples);
    }

    /** Whether the device supports the group; empty when no call gave a definite answer. */
    Optional<Boolean> supported() {
        return succeeded || unsupported ? Optional.of(succeeded) : Optional.empty();
    }

    /** Whether a call returned a value. */
    boolean succeeded() {
        return succeeded;
    }

    /** The first call that failed with a code other than "not supported"; empty when there was none. */
    Optional<NvmlResult<?>> error() {
        return Optional.ofNullable(error);
    }

    /** The code that invalidated the session, otherwise {@link NvmlCode#SUCCESS}. */
    int fatalCode() {
        return fatalCode;
    }

    private void add(Kind kind, String name, String help, double value, String... labels) {
        List<String> all = new ArrayList<>(deviceLabels);
        all.addAll(List.of(labels));
        samples.add(new GpuSample(kind, PREFIX + name, help, value, all));
    }

    /** Divides for scales below 1: dividing by 100 is exact where multiplying by 0.01 is not. */
    private static double scaled(double value, double scale) {
        return scale < 1 ? value / Math.rint(1 / scale) : value * scale;
    }
}
