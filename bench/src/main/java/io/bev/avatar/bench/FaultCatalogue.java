package io.bev.avatar.bench;

import java.util.List;
import java.util.Set;

/** All faults in injection order: those with longer after-effects, such as a burning error budget, come last. */
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
     * probed before the renderer is ready. Reported only for faults that list them.
     */
    static final Set<String> LASTING = Set.of("AvatarEndpointBudgetBurn", "AvatarFlapping");

    /** The heartbeat alert, which always fires. */
    static final String HEARTBEAT = "AvatarWatchdog";

    /** Names of the faults, in order. */
    static final List<String> NAMES = List.of(
            "gpu-hot",
            "gpu-full",
            "gpu-throttled",
            "gpu-power-brake",
            "gpu-xid",
            "gpu-xid-application",
            "gpu-lost",
            "redis-stopped",
            "redis-slow",
            "redis-read-only",
            "disk-full",
            "cpu-hog",
            "webhook-token-wrong",
            "exporter-killed",
            "prometheus-killed",
            "endpoint-slow",
            "renderer-hung",
            "renderer-paused",
            "renderer-gone",
            "renderer-killed");

    private FaultCatalogue() {}

    static List<Fault> all(DelayProxy page, DelayProxy redis, int debugPort, LoopbackDisk disk) {
        return List.of(
                GpuFaults.hot(),
                GpuFaults.full(),
                GpuFaults.throttled(),
                GpuFaults.powerBrake(),
                GpuFaults.xidOfTheDevice(),
                GpuFaults.xidOfAnApplication(),
                GpuFaults.lost(),
                DependencyFaults.redisStopped(),
                DependencyFaults.redisSlow(redis),
                DependencyFaults.redisReadOnly(),
                MachineFaults.diskFull(disk),
                MachineFaults.cpuHog(),
                DependencyFaults.wrongToken(),
                DependencyFaults.exporterKilled(),
                DependencyFaults.prometheusKilled(),
                RendererFaults.slowEndpoint(page),
                RendererFaults.hung(debugPort),
                RendererFaults.paused(),
                RendererFaults.gone(),
                RendererFaults.killed());
    }
}
