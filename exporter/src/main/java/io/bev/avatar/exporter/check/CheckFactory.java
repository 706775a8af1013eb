package io.bev.avatar.exporter.check;

import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.common.tls.WebConfigSummary;
import io.bev.avatar.exporter.Exporter;
import io.bev.avatar.exporter.check.cuda.jna.JnaCuda;
import io.bev.avatar.exporter.check.jna.DynamicLinker;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.config.CheckConfig;
import io.bev.avatar.exporter.config.Requirement;
import io.bev.avatar.exporter.mcp.McpProbe;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.exporter.report.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Creates the checks of each subject. Closing releases their connections. */
public final class CheckFactory implements AutoCloseable {

    private static final Duration MCP_TIMEOUT = Duration.ofSeconds(3);
    private static final String CUDA_LIBRARY = "libcuda.so.1";

    private final CheckSettings settings;
    private final Optional<RedisClients> redis;
    private final Optional<Path> certificate;
    private final BoundedHttpClient http;
    private final String user;
    private final boolean otherUser;

    /**
     * @param user name of the current user
     * @param otherUser whether that user cannot read the settings of the services, and differs from theirs
     */
    public CheckFactory(CheckSettings settings, BoundedHttpClient http, String user, boolean otherUser) {
        this.settings = settings;
        this.redis = settings.exporter().redis().map(RedisClients::new);
        this.certificate = settings.exporter().exporter().webConfigFile().flatMap(CheckFactory::certificate);
        this.http = http;
        this.user = user;
        this.otherUser = otherUser;
    }

    /**
     * The exporter's server certificate; empty if the web configuration is unreadable, which the exporter itself
     * reports.
     */
    private static Optional<Path> certificate(Path webConfig) {
        try {
            return WebConfigSummary.read(webConfig).certificate();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Checks of the GPU, its driver and CUDA. */
    public List<Check> gpu(boolean optional) {
        CheckConfig minimums = settings.exporter().check();
        String nvml = settings.exporter().exporter().nvmlLibrary();
        return List.of(
                new GpuChecks(
                        minimums,
                        settings.exporter().gpuSetup().powerLimitWatts(),
                        optional,
                        () -> JnaNvml.load(
                                nvml,
                                Ticker.system(),
                                new io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics(Ticker.system()))),
                new KernelCheck(() -> JnaCuda.load(CUDA_LIBRARY)));
    }

    /** Checks of Java, native libraries and services that the avatar uses. */
    public List<Check> dependencies() {
        CheckConfig check = settings.exporter().check();
        List<Check> checks = new ArrayList<>();
        checks.add(new RuntimeChecks(
                check.javaVersion(),
                Runtime.version(),
                System.getProperty("java.home", ""),
                libraries(),
                new DynamicLinker()::loadError));
        if (check.docker() != Requirement.IGNORED) {
            checks.add(new DockerCheck(check.dockerSocket(), check.docker(), new SystemdUnits(settings.exporter())));
        }
        checks.add(
                new RedisCheck(redis.map(clients -> new RedisKeyValues(clients.link("avatar-check"))), redisAddress()));
        if (check.mcp() != Requirement.IGNORED) {
            McpProbe probe = new McpProbe(settings.exporter().mcp().url(), Exporter.version(), MCP_TIMEOUT, http);
            checks.add(new McpCheck(probe, check.mcp()));
        }
        if (!otherUser) {
            checks.add(new ReceiversCheck(settings.receivers()));
        }
        return checks;
    }

    private String redisAddress() {
        return settings.exporter()
                .redis()
                .map(config -> config.address().toString())
                .orElse("");
    }

    /** Checks of hardware, user, directories, disk space and ports. */
    public List<Check> machine() {
        var exporter = settings.exporter().exporter();
        Map<String, Path> directories = new LinkedHashMap<>();
        directories.put("state", settings.stateDirectory());
        directories.put("exporter", settings.exporterDirectory());
        directories.put("health", settings.exporter().health().directory());
        return List.of(
                new HardwareCheck(),
                new MachineChecks(settings.exporter().check(), exporter.procPath(), user, directories, !otherUser),
                new PortCheck(
                        exporter.procPath(),
                        exporter.units(),
                        List.of(
                                new PortCheck.Port(
                                        "renderer",
                                        "renderer.port",
                                        settings.rendererPort(),
                                        "/health",
                                        "\"targetFps\""),
                                new PortCheck.Port(
                                        "jolokia",
                                        "renderer.jolokia-port",
                                        settings.jolokiaPort(),
                                        "/jolokia/",
                                        "\"avatar-renderer\"",
                                        "{\"type\":\"version\"}"),
                                new PortCheck.Port(
                                        "exporter",
                                        "exporter.port",
                                        exporter.port(),
                                        "/",
                                        "BEV Avatar exporter",
                                        certificate)),
                        http));
    }

    @Override
    public void close() {
        redis.ifPresent(RedisClients::close);
    }

    private List<RuntimeChecks.Library> libraries() {
        Status withoutGpu = settings.cpuAllowed() ? Status.WARNING : Status.FAILURE;
        String driver = "install the NVIDIA driver if the machine has a GPU";
        return List.of(
                new RuntimeChecks.Library(
                        "turbojpeg",
                        "libturbojpeg.so.0",
                        Status.WARNING,
                        "apt-get update && apt-get install libturbojpeg0 (Ubuntu: libturbojpeg)"),
                new RuntimeChecks.Library("nvml", settings.exporter().exporter().nvmlLibrary(), withoutGpu, driver),
                new RuntimeChecks.Library("cuda", CUDA_LIBRARY, withoutGpu, driver));
    }
}
