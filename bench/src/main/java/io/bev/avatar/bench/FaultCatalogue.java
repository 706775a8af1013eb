package io.bev.avatar.bench;

import java.util.List;
import java.util.Set;

/**
 * Every fault of the matrix, in the order in which they are injected: those that leave something behind for a while, such as a
 * burning budget, come last.
 */
final class FaultCatalogue {

    /** Alerts about the machine that runs the matrix, whatever is injected; a fault that expects one counts it. */
    static final Set<String> OF_THE_MACHINE = Set.of(
            "AvatarHostCpuHigh",
            "AvatarHostMemoryHigh",
            "AvatarHostMemoryLow",
            "AvatarDiskHigh",
            "AvatarDiskFillingUp",
            "AvatarOomKill",
            "AvatarClockSkew");

    /**
     * Alerts whose window is so long that they outlast their cause, an earlier fault or the start of the stack itself, when the page is
     * probed before the renderer serves it. A fault that allows them shows them.
     */
    static final Set<String> LASTING = Set.of("AvatarEndpointBudgetBurn");

    static final String ALWAYS = "AvatarWatchdog";

    /** Names of the faults, in order. */
    static final List<String> NAMES = List.of(
            "gpu-hot",
            "gpu-full",
            "gpu-throttled",
            "gpu-braked",
            "gpu-xid",
            "gpu-xid-program",
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
                GpuFaults.braked(),
                GpuFaults.xidOfTheDevice(),
                GpuFaults.xidOfAProgram(),
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
