package io.bev.avatar.bench;

import static io.bev.avatar.bench.Fault.Delivery.AT_ONCE;
import static io.bev.avatar.bench.Fault.Delivery.INHIBITED;

import io.bev.avatar.bench.Fault.Expectation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;

/** Faults of a GPU, produced by the simulator. */
final class GpuFaults {

    private static final String RECOVERY = "AvatarRecoveryIneffective";

    private GpuFaults() {}

    static Fault hot() {
        return scenario(
                "gpu-hot",
                "temperature = 95",
                List.of(critical("AvatarGpuTemperatureHigh", AT_ONCE), warning("AvatarGpuTemperatureHigh", INHIBITED)),
                RECOVERY);
    }

    static Fault full() {
        return scenario(
                "gpu-full",
                "memory_used = 17000000000",
                List.of(critical("AvatarGpuMemoryHigh", AT_ONCE), warning("AvatarGpuMemoryHigh", INHIBITED)),
                RECOVERY);
    }

    static Fault throttled() {
        return scenario(
                "gpu-throttled",
                "event_reasons = 64",
                List.of(warning("AvatarGpuThermalThrottling", AT_ONCE)),
                RECOVERY);
    }

    static Fault powerBrake() {
        return scenario(
                "gpu-power-brake", "event_reasons = 128", List.of(critical("AvatarGpuPowerBrake", AT_ONCE)), RECOVERY);
    }

    static Fault lost() {
        return scenario(
                "gpu-lost",
                "nvmlDevice* = error GPU_IS_LOST",
                List.of(critical("AvatarGpuMissing", AT_ONCE)),
                RECOVERY);
    }

    static Fault xidOfTheDevice() {
        return scenario("gpu-xid", "xid = 79", List.of(critical("AvatarGpuXidCritical", AT_ONCE)), RECOVERY);
    }

    static Fault xidOfAnApplication() {
        return scenario(
                "gpu-xid-application", "xid = 31", List.of(warning("AvatarGpuXidApplication", AT_ONCE)), RECOVERY);
    }

    private static Expectation critical(String alert, Fault.Delivery delivery) {
        return new Expectation(new AlertKey(alert, "critical"), delivery);
    }

    private static Expectation warning(String alert, Fault.Delivery delivery) {
        return new Expectation(new AlertKey(alert, "warning"), delivery);
    }

    private static Fault scenario(String name, String line, List<Expectation> expected, String... consequences) {
        return new Fault(name, "simulated GPU: `" + line + "`", true, expected, Set.of(consequences), stack -> {
            Path scenario = stack.gpuScenario();
            String before = Files.readString(scenario);
            replace(scenario, line + System.lineSeparator() + before);
            return () -> replace(scenario, before);
        });
    }

    /** Atomic: the simulator never reads a partial file. */
    private static void replace(Path file, String text) throws IOException {
        Path fresh = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
