package io.bev.avatar.bench;

import io.bev.avatar.launcher.IsolatedStack.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Faults of the stack in injection order: those with longer after-effects, such as a burning error budget, come last. */
final class FaultCatalogue {

    /** Alerts about the machine that runs the benchmark; ignored unless a fault expects them. */
    static final Set<String> OF_THE_MACHINE = Set.of(
            "AvatarHostCpuHigh",
            "AvatarHostMemoryHigh",
            "AvatarHostMemoryLow",
            "AvatarDiskHigh",
            "AvatarDiskFillingUp",
            "AvatarInodesHigh",
            "AvatarFileSystemReadOnly",
            "AvatarFileSystemFailing",
            "AvatarFileDescriptorsHigh",
            "AvatarNetworkErrors",
            "AvatarNetworkDrops",
            "AvatarOomKill",
            "AvatarClockSkew",
            "AvatarClockUnsynchronised");

    /**
     * Alerts with a long window, which stay active after their cause: an earlier fault, or the start of the stack, when the page is
     * probed before the renderer is ready. A CPU renderer misses deadlines by itself. Reported only for faults that list them.
     */
    static final Set<String> LASTING = Set.of(
            "AvatarEndpointBudgetBurn", "AvatarFrameDeadlineBudgetBurn", "AvatarFlapping", "AvatarDiskFillingUp");

    /** The heartbeat alert, which always fires. */
    static final String HEARTBEAT = "AvatarWatchdog";

    /** Alerts that no fault of the catalogue raises, with the reason. */
    static final Map<String, String> WITHOUT_FAULT = Map.of(
            HEARTBEAT,
            "the heartbeat: fires always; without it AvatarAlertPipelineSilent fires",
            "AvatarClockUnsynchronised",
            "would change the state of this machine's kernel clock; generated rule tests cover it");

    private FaultCatalogue() {}

    /** Faults of the stack's own host and of the monitoring, one at a time, in order. */
    static List<Fault> all(DelayProxy page, DelayProxy redis, int debugPort, LoopbackDisk disk) {
        return List.of(
                GpuFaults.hot(),
                GpuFaults.full(),
                GpuFaults.powerBrake(),
                GpuFaults.xidOfTheDevice(),
                GpuFaults.staysHot(),
                MonitoringFaults.noTargets(),
                MonitoringFaults.duplicateTargets(),
                MonitoringFaults.thresholdMissing(),
                MonitoringFaults.ruleFailures(),
                MonitoringFaults.unitFailed(),
                MonitoringFaults.restarted("prometheus-restarted", Service.PROMETHEUS),
                MonitoringFaults.restarted("alertmanager-restarted", Service.ALERTMANAGER),
                DependencyFaults.deadLetter(),
                DependencyFaults.redisStopped(),
                DependencyFaults.redisSlow(redis),
                DependencyFaults.redisReadOnly(),
                MachineFaults.diskFull(disk),
                DependencyFaults.wrongToken(),
                DependencyFaults.exporterKilled(),
                DependencyFaults.prometheusKilled(),
                RendererFaults.slowEndpoint(page),
                RendererFaults.hung(debugPort),
                RendererFaults.paused(),
                RendererFaults.gone(),
                RendererFaults.killed(),
                MachineFaults.cpuHog());
    }

    /** Names of the faults of the stack. */
    static List<String> stackNames() throws IOException {
        try (DelayProxy none = DelayProxy.to(1)) {
            return all(none, none, 1, LoopbackDisk.without(Path.of(""), "only the name is used")).stream()
                    .map(Fault::name)
                    .toList();
        }
    }

    /** Names of all faults. */
    static List<String> names() throws IOException {
        List<String> names = new ArrayList<>(stackNames());
        ModelFaults.all().forEach(fault -> names.add(fault.name()));
        HostFaults.all().forEach(fault -> names.add(fault.name()));
        names.add(FaultHosts.OUTAGE);
        return names;
    }
}
