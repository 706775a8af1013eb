package io.bev.avatar.bench;

import static io.bev.avatar.bench.Fault.Delivery.AT_ONCE;
import static io.bev.avatar.bench.Fault.Delivery.INHIBITED;

import io.bev.avatar.bench.Fault.Condition;
import io.bev.avatar.bench.Fault.Expectation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
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

    /** A recovery action does not help. */
    static Fault staysHot() {
        return scenario(
                "gpu-stays-hot",
                "temperature = 96",
                List.of(
                        critical("AvatarGpuTemperatureHigh", AT_ONCE),
                        warning("AvatarGpuTemperatureHigh", INHIBITED),
                        new Expectation(
                                new AlertKey(RECOVERY, "critical"),
                                AT_ONCE,
                                Condition.needs(
                                        Duration.ofSeconds(75),
                                        "`for` of the heat, then three steps of the recovery with a cooldown of 20 s"
                                                + " each here"))));
    }

    static Fault powerBrake() {
        return scenario(
                "gpu-power-brake", "event_reasons = 128", List.of(critical("AvatarGpuPowerBrake", AT_ONCE)), RECOVERY);
    }

    static Fault xidOfTheDevice() {
        return scenario("gpu-xid", "xid = 79", List.of(critical("AvatarGpuXidCritical", AT_ONCE)), RECOVERY);
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
