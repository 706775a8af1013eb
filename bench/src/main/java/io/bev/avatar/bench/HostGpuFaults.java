package io.bev.avatar.bench;

import static io.bev.avatar.bench.HostFault.of;

import com.fasterxml.jackson.databind.node.IntNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** Faults of a host's simulated GPU. */
final class HostGpuFaults {

    private static final String MISSING = "AvatarGpuMissing";

    private HostGpuFaults() {}

    static List<HostFault> all() {
        return List.of(
                scenario("gpu-throttled", "event_reasons = 64").warning("AvatarGpuThermalThrottling"),
                scenario("gpu-throttled-by-software", "event_reasons = 32").warning("AvatarGpuThermalThrottling"),
                scenario("gpu-warm", "temperature = 83").warning("AvatarGpuTemperatureHigh"),
                scenario("gpu-memory-short", "memory_used = 16000000000").warning("AvatarGpuMemoryHigh"),
                scenario("gpu-xid-application", "xid = 31").warning("AvatarGpuXidApplication"),
                scenario("gpu-lost", "nvmlDevice* = error GPU_IS_LOST")
                        .critical(MISSING)
                        .mayRaise("AvatarInputMissing"),
                scenario("gpu-unknown-error", "nvmlDevice* = error UNKNOWN")
                        .critical(MISSING)
                        .mayRaise("AvatarGpuReadingFailing", "AvatarInputMissing"),
                scenario(
                                "gpu-denied-at-start",
                                "nvmlDeviceGetHandleByIndex* = error NO_PERMISSION\nnvmlDeviceGet* = error GPU_IS_LOST")
                        .critical(MISSING)
                        .mayRaise("AvatarInputMissing"),
                scenario("gpu-driver-mismatch", "* = error LIB_RM_VERSION_MISMATCH")
                        .critical(MISSING)
                        .mayRaise("AvatarInputMissing"),
                scenario("gpu-reading-failing", "nvmlDeviceGetTemperature* = error UNKNOWN")
                        .warning("AvatarGpuReadingFailing")
                        .mayRaise("AvatarInputMissing"),
                scenario("gpu-call-hangs", "nvmlDeviceGetUtilizationRates = hang")
                        .warning("AvatarCollectorFailing", 2, "the collection exceeds its deadline")
                        .mayRaise("AvatarInputMissing", MISSING),
                of(
                                "gpu-idle",
                                "`utilization = 0` while three viewers are connected",
                                host -> {
                                    write(host, "utilization = 0");
                                    host.jolokia().change("bev.avatar:type=Stream", "Viewers", v -> IntNode.valueOf(3));
                                },
                                host -> {
                                    write(host, "");
                                    host.jolokia().clear();
                                })
                        .warning("AvatarGpuIdleWhileServing"),
                of(
                                "gpu-flapping",
                                "the GPU is lost for 4 s of each 8 s",
                                Repeating.flapping(
                                        host -> write(host, "nvmlDevice* = error GPU_IS_LOST"),
                                        host -> write(host, "")))
                        .warning("AvatarFlapping", HostExporterFaults.FLAPPING_SECONDS, HostExporterFaults.FLAPPING)
                        // The session is opened again, which takes longer than the outage.
                        .mayRaise(MISSING),
                scenario("gpu-reading-unsupported", "nvmlDeviceGetTotalEnergyConsumption = error NOT_SUPPORTED"),
                scenario("gpu-call-slow", "nvmlDeviceGetUtilizationRates = delay 20"),
                scenario("gpu-counter-large", "pcie_replays = 3000000000"));
    }

    private static HostFault scenario(String name, String lines) {
        return of(
                name,
                "simulated GPU: `" + lines.replace("\n", "`, `") + "`",
                host -> write(host, lines),
                host -> write(host, ""));
    }

    private static void write(MonitoredHost host, String lines) throws IOException {
        Files.writeString(host.gpuScenario(), lines + "\n");
    }
}
