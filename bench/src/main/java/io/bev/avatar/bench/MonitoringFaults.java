package io.bev.avatar.bench;

import static io.bev.avatar.bench.Fault.Delivery.AT_ONCE;

import io.bev.avatar.bench.Fault.Condition;
import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.launcher.IsolatedStack;
import io.bev.avatar.launcher.IsolatedStack.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Faults of the monitoring itself: targets, rules, restarts, failed units. */
final class MonitoringFaults {

    /** Unit of the fault {@link #unitFailed}. */
    static final String FAILING_UNIT = "bev-avatar-bench.service";

    /** Prometheus applies changes of its targets at most every 5 s. */
    private static final int DISCOVERY_SECONDS = 5;

    private static final String DISCOVERY = "Prometheus applies changed targets after up to 5 s";

    private MonitoringFaults() {}

    /** The file of the exporters' targets disappears. */
    static Fault noTargets() {
        return new Fault(
                "no-targets",
                "the file of the exporters' targets disappears",
                true,
                List.of(warned("AvatarNoTargets", "critical", DISCOVERY_SECONDS, DISCOVERY)),
                Set.of("AvatarHostDisappeared", "AvatarThresholdMissing", "AvatarAlertPipelineSilent"),
                stack -> {
                    Path file = targets(stack, "avatar.yml");
                    Path hidden = file.resolveSibling("hidden");
                    Files.move(file, hidden, StandardCopyOption.ATOMIC_MOVE);
                    return () -> Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
                });
    }

    /** Two targets have the same labels. */
    static Fault duplicateTargets() {
        return new Fault(
                "duplicate-targets",
                "the exporter is a target twice, with the same labels",
                true,
                List.of(warned("AvatarDuplicateTargets", "warning", DISCOVERY_SECONDS + 4, DISCOVERY)),
                Set.of(),
                stack -> {
                    String target =
                            Files.readString(targets(stack, "avatar.yml")).replace("127.0.0.1", "localhost");
                    Path file = Files.writeString(targets(stack, "avatar-duplicate.yml"), target);
                    return () -> Files.delete(file);
                });
    }

    /** A default threshold is removed from the rules. */
    static Fault thresholdMissing() {
        return new Fault(
                "threshold-missing",
                "the default threshold of the GPU's temperature is removed, and Prometheus reloads its rules",
                true,
                List.of(warned("AvatarThresholdMissing", "critical", 2, "Prometheus reloads its rules")),
                Set.of("AvatarRuleFailures"),
                stack -> {
                    Path file = stack.runDirectory().resolve("prometheus/thresholds.rules.yml");
                    String before = Files.readString(file);
                    String without = before.replaceFirst(
                            "      - record: avatar_threshold:default\\R +labels: \\{signal: gpu_temperature_celsius,"
                                    + " severity: critical\\}\\R +expr: .*\\R",
                            "");
                    if (without.equals(before)) {
                        throw new IOException(file + " has no default threshold of the GPU's temperature");
                    }
                    Files.writeString(file, without);
                    reload(stack);
                    return () -> {
                        Files.writeString(file, before);
                        reload(stack);
                    };
                });
    }

    /** A rule fails at each evaluation. */
    static Fault ruleFailures() {
        return new Fault(
                "rule-failures",
                "a further rule whose expression fails",
                true,
                List.of(warned(
                        "AvatarRuleFailures", "warning", 4, "Prometheus reloads its rules and is scraped twice")),
                Set.of(),
                stack -> {
                    Path file = Files.writeString(stack.runDirectory().resolve("prometheus/failing.rules.yml"), """
                        groups:
                          - name: failing
                            rules: [{record: 'bench:failing', expr: 'up * on () up'}]
                        """);
                    reload(stack);
                    return () -> {
                        Files.delete(file);
                        reload(stack);
                    };
                });
    }

    /** Restarted by the supervisor. */
    static Fault restarted(String name, Service service) {
        return new Fault(name, "`SIGKILL`; restarted by the supervisor", true, List.of(), Set.of(), stack -> {
            stack.kill(service);
            return () -> {};
        });
    }

    /** A systemd unit fails. */
    static Fault unitFailed() {
        return new Fault(
                "unit-failed",
                "a unit that the exporter monitors fails",
                true,
                List.of(new Expectation(new AlertKey("AvatarServiceFailed", "critical"), AT_ONCE)),
                Set.of(),
                stack -> {
                    if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
                        throw new Fault.NotPossibleException("systemd does not run here");
                    }
                    StackClient.run(List.of("systemd-run", "--unit=" + FAILING_UNIT, "false"));
                    return () -> StackClient.run(List.of("systemctl", "reset-failed", FAILING_UNIT));
                });
    }

    private static Path targets(IsolatedStack stack, String name) {
        return stack.runDirectory().resolve("prometheus/targets").resolve(name);
    }

    private static void reload(IsolatedStack stack) throws IOException, InterruptedException {
        StackClient.runChecked("kill", "-HUP", Long.toString(stack.pid(Service.PROMETHEUS)));
    }

    private static Expectation warned(String alert, String severity, int seconds, String why) {
        return new Expectation(
                new AlertKey(alert, severity), AT_ONCE, Condition.needs(Duration.ofSeconds(seconds), why));
    }
}
