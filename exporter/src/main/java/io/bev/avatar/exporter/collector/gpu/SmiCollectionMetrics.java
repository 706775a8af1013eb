package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.collector.MetricSink;
import io.bev.avatar.exporter.nvml.NvmlCode;

/**
 * Outcome of the GPU collections under the names of nvidia_gpu_exporter.
 *
 * <pre>
 * nvidia_smi_command_exit_code 0
 * nvidia_smi_last_collect_success 1
 * nvidia_smi_failed_scrapes_total 0
 * </pre>
 *
 * <p>{@code nvidia-smi} exits with NVML's return code, so that the exit code here is that code.
 */
final class SmiCollectionMetrics {

    private long failures;

    /**
     * Records a collection and adds the metrics.
     *
     * @param code NVML return code of the failure, {@link NvmlCode#SUCCESS} for none
     * @param processesRead whether the processes of all GPUs were read
     */
    synchronized void emit(MetricSink out, int code, boolean processesRead) {
        boolean success = code == NvmlCode.SUCCESS;
        failures += success ? 0 : 1;
        out.gauge("nvidia_smi_command_exit_code", "NVML return code of the latest collection, 0 for success", code);
        out.gauge("nvidia_smi_nvml_return_code", "NVML return code of the latest collection, 0 for success", code);
        out.gauge(
                "nvidia_smi_last_collect_success", "1 if the latest collection of all GPUs succeeded", success ? 1 : 0);
        out.gauge(
                "nvidia_smi_compute_apps_last_collect_success",
                "1 if the processes of all GPUs were read in the latest collection",
                processesRead ? 1 : 0);
        out.counter("nvidia_smi_failed_scrapes_total", "Failed collections", failures);
    }
}
