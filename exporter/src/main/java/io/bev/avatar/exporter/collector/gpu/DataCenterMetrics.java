package io.bev.avatar.exporter.collector.gpu;

import io.bev.avatar.exporter.nvml.NvmlCode;
import io.bev.avatar.exporter.nvml.NvmlResult;
import java.util.List;

/** NVLink fabric, recommended recovery, and vGPU licence; GeForce GPUs report few of them. */
final class DataCenterMetrics {

    private DataCenterMetrics() {}

    static List<GpuMetric> all() {
        return List.of(recoveryAction(), fabricState(), vgpuLicensed());
    }

    private static GpuMetric recoveryAction() {
        return GpuMetric.of(
                "recovery_action",
                Tier.SLOW,
                (api, device, out) -> out.gauge(
                        "recovery_action",
                        "Recovery that the driver recommends: 0 none, 1 GPU reset, 2 reboot, 3 drain peer-to-peer,"
                                + " 4 drain and reset",
                        api.dataCenter().recoveryAction(device),
                        1));
    }

    /** State 0 of the driver means that the GPU has no fabric. */
    private static GpuMetric fabricState() {
        return GpuMetric.of("fabric_state", Tier.SLOW, (api, device, out) -> {
            NvmlResult<Integer> state = api.dataCenter().fabricState(device);
            boolean none = state.value().filter(value -> value == 0).isPresent();
            out.gauge(
                    "fabric_state",
                    "Registration with the NVLink fabric: 1 not started, 2 in progress, 3 completed",
                    none ? NvmlResult.<Integer>failed(state.call(), NvmlCode.NOT_SUPPORTED) : state,
                    1);
        });
    }

    private static GpuMetric vgpuLicensed() {
        return GpuMetric.of(
                "vgpu_licensed",
                Tier.SLOW,
                (api, device, out) -> out.gauge(
                        "vgpu_licensed",
                        "1 if the virtual GPU is licensed; absent except in a virtual machine with a vGPU",
                        api.dataCenter().vgpuLicensed(device),
                        1));
    }
}
