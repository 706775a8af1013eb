package io.bev.avatar.bench;

import io.bev.avatar.cds.ChildProcess;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.cds.Sandbox;
import io.bev.avatar.launcher.SimulatedGpu;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A further host of a stack: exporter, Redis, simulated GPU, a small disk and copies of this machine's /proc. It has no renderer of
 * its own: proxies show it the stack's, and may change what it shows. All of its faults are its own.
 */
final class MonitoredHost implements FaultTarget, AutoCloseable {

    /** How Prometheus reaches its exporter. */
    enum Access {
        /** Through a proxy that can reject requests. */
        PROXY,
        /** By HTTPS. */
        TLS,
        /** Over the link of a network namespace. */
        NAMESPACE
    }

    /** Some times that a run cannot wait for. */
    private static final String CONFIGURATION = """
        exporter:
          hardware: false
          niceness: 0
          thresholds:
            gpu_xid_age_seconds: {critical: 20, warning: 20}
            redis_save_age_seconds: {warning: 20}
        """;

    private static final String MCP_ANSWER = """
        {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"bench","version":"1"}}}
        """;

    /** Hash of an arbitrary password: Prometheus sends none. */
    private static final String WITH_PASSWORD = """
        basic_auth_users:
          prometheus: $2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy
        """;

    /** A tmpfs: no rule applies to it. */
    private static final String NO_MOUNTS = "tmpfs /dev/shm tmpfs rw 0 0\n";

    private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);

    /**
     * Settings that all hosts share.
     *
     * @param installation of the exporter
     * @param client of the proxies
     * @param page base URL of the renderer's page, without a trailing slash
     * @param jolokia base URL of its Jolokia port, likewise
     * @param gpuLibrary simulated NVML
     * @param clockLibrary built by {@link ClockOffset#build}
     * @param certificates of exporters with HTTPS
     */
    record Shared(
            Installation installation,
            HttpClient client,
            String page,
            String jolokia,
            Path gpuLibrary,
            Path clockLibrary,
            FaultHosts.Certificates certificates) {}

    private final String instance;
    private final String site;
    private final Shared shared;
    private final Access access;
    private final Optional<NetworkNamespace> namespace;
    private final Sandbox sandbox;
    private final ProcCopy proc;
    private final Path sys;
    private final SimulatedGpu gpu;
    private final ClockOffset clock;
    private final LoopbackDisk disk;
    private final FaultProxy page;
    private final FaultProxy jolokia;
    private final FaultProxy mcp;
    private final DelayProxy redisProxy;
    private final FaultProxy scrape;
    private final int port;
    private Optional<Path> targets = Optional.empty();
    private ChildProcess redis;
    private ChildProcess exporter;

    private MonitoredHost(
            String instance,
            String site,
            Shared shared,
            Access access,
            Optional<NetworkNamespace> namespace,
            Path parent)
            throws IOException, InterruptedException {
        this.instance = instance;
        this.site = site;
        this.shared = shared;
        this.access = access;
        this.namespace = namespace;
        InetAddress bind = namespace.isPresent() ? namespace.get().outer() : InetAddress.getLoopbackAddress();
        sandbox = new Sandbox(shared.installation(), parent);
        port = sandbox.freePort();
        proc = new ProcCopy(sandbox.directory().resolve("proc"));
        sys = Files.createDirectories(sandbox.directory().resolve("sys"));
        gpu = new SimulatedGpu(
                shared.gpuLibrary(), Files.createFile(sandbox.directory().resolve("gpu.txt")));
        clock = new ClockOffset(shared.clockLibrary(), sandbox.directory().resolve("clock"));
        Path mountPoint = sandbox.directory().resolve("disk");
        disk = access == Access.PROXY
                ? LoopbackDisk.mount(sandbox.directory().resolve("disk.img"), mountPoint)
                : LoopbackDisk.without(mountPoint, "this host has no disk");
        showMounts("");
        page = FaultProxy.start(bind, shared.client(), shared.page());
        jolokia = FaultProxy.start(bind, shared.client(), shared.jolokia());
        mcp = FaultProxy.start(bind, shared.client(), "");
        restoreMcp();
        redis = startRedis();
        redisProxy = DelayProxy.to(sandbox.redisPort(), bind);
        scrape = FaultProxy.start(InetAddress.getLoopbackAddress(), shared.client(), "http://127.0.0.1:" + port);
        Files.writeString(sandbox.directory().resolve("avatar.yaml"), CONFIGURATION);
        useCertificate(shared.certificates().valid());
        exporter = startExporter();
    }

    /**
     * Starts a host.
     *
     * @param instance label {@code instance}; hosts of several sites may share it
     * @param site label {@code site}
     * @param namespace of an exporter that is reached over its link
     * @param parent directory of its files
     */
    static MonitoredHost start(
            String instance,
            String site,
            Shared shared,
            Access access,
            Optional<NetworkNamespace> namespace,
            Path parent)
            throws IOException, InterruptedException {
        return new MonitoredHost(instance, site, shared, access, namespace, parent);
    }

    private ChildProcess startRedis() throws IOException, InterruptedException {
        return sandbox.redis().orElseThrow(() -> new IOException("redis-server is not installed"));
    }

    private ChildProcess startExporter() throws IOException {
        Map<String, String> environment = new HashMap<>(gpu.exporterEnvironment());
        environment.putAll(clock.environment());
        String host = namespace.isPresent() ? namespace.get().outer().getHostAddress() : "127.0.0.1";
        environment.put(
                "BEV_AVATAR_CONFIG", sandbox.directory().resolve("avatar.yaml").toString());
        environment.put("BEV_EXPORTER_PROC_PATH", proc.directory().toString());
        environment.put("BEV_EXPORTER_SYS_PATH", sys.toString());
        environment.put("BEV_EXPORTER_RENDERER_URL", "http://" + host + ":" + page.port());
        environment.put("BEV_EXPORTER_JOLOKIA_URL", "http://" + host + ":" + jolokia.port() + "/jolokia/");
        environment.put("BEV_MCP_SERVER_URL", "http://" + host + ":" + mcp.port());
        environment.put("BEV_REDIS_URL", "redis://" + host + ":" + redisProxy.port());
        if (namespace.isPresent()) {
            environment.put("BEV_EXPORTER_BIND", namespace.get().inner());
            environment.put("BEV_EXPORTER_ALLOWED_HOSTS", namespace.get().inner());
        }
        if (access == Access.TLS) {
            environment.put("BEV_EXPORTER_WEB_CONFIG_FILE", webConfig().toString());
        }
        Installation installation = shared.installation();
        return sandbox.exporter(
                port,
                namespace.map(NetworkNamespace::prefix).orElse(List.of()),
                installation.archive(installation.exporter()).options(),
                environment);
    }

    private Path webConfig() {
        return sandbox.directory().resolve("web-config.yml");
    }

    /** Settings of all hosts. */
    Shared shared() {
        return shared;
    }

    String instance() {
        return instance;
    }

    String site() {
        return site;
    }

    Access access() {
        return access;
    }

    /** Makes it a target of Prometheus, whose directory of targets is {@code directory}. */
    void showTo(Path directory) throws IOException {
        targets = Optional.of(directory.resolve("avatar-" + instance + "-" + site + ".yml"));
        show();
    }

    /** Makes it a target again. */
    void show() throws IOException {
        if (targets.isPresent()) {
            Path fresh = Files.writeString(targets.get().resolveSibling("new-" + instance + site), target());
            Files.move(fresh, targets.get(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Removes it from the targets. */
    void hide() throws IOException {
        if (targets.isPresent()) {
            Files.deleteIfExists(targets.get());
        }
    }

    private String target() {
        String address = switch (access) {
            case PROXY -> "127.0.0.1:" + scrape.port();
            case TLS -> "127.0.0.1:" + port;
            case NAMESPACE -> namespace.orElseThrow().inner() + ":" + port;
        };
        return "- targets: ['" + address + "']\n  labels: {instance: '" + instance + "', site: '" + site + "'"
                + (access == Access.TLS ? ", __scheme__: https" : "") + "}\n";
    }

    ProcCopy proc() {
        return proc;
    }

    Path sys() {
        return sys;
    }

    Path gpuScenario() {
        return gpu.scenario();
    }

    ClockOffset clock() {
        return clock;
    }

    LoopbackDisk disk() {
        return disk;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    FaultProxy page() {
        return page;
    }

    FaultProxy jolokia() {
        return jolokia;
    }

    FaultProxy scrape() {
        return scrape;
    }

    FaultProxy mcp() {
        return mcp;
    }

    NetworkNamespace network() {
        return namespace.orElseThrow();
    }

    ChildProcess redis() {
        return redis;
    }

    ChildProcess exporter() {
        return exporter;
    }

    /** Reply of its Redis, which may be an error. */
    String redis(String... command) throws IOException, InterruptedException {
        return StackClient.redis(sandbox.redisPort(), command);
    }

    /** Ends Redis, if it runs, and starts it again, empty. */
    void restartRedis() throws IOException, InterruptedException {
        redis.kill();
        redis = startRedis();
    }

    /** Ends the exporter, if it runs, and starts it again; returns when it responds. */
    void restartExporter() throws IOException, InterruptedException {
        exporter.kill();
        exporter = startExporter();
        awaitReady();
    }

    void awaitReady() throws IOException, InterruptedException {
        exporter.awaitReady(this::responds, READY_TIMEOUT);
    }

    private boolean responds() {
        // A TCP connection: of an exporter with HTTPS no more is visible from here.
        String host = namespace.map(NetworkNamespace::inner).orElse("127.0.0.1");
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The MCP server answers again. */
    void restoreMcp() {
        mcp.clear();
        mcp.answer(Map.of("/", new FaultProxy.Answer(200, "application/json", MCP_ANSWER)));
    }

    /** Lets the exporter present another certificate, from its next start on. */
    void useCertificate(ServerCertificate certificate) throws IOException {
        writeWebConfig(certificate, "");
    }

    /** Lets the exporter ask for a password, at once. */
    void requirePassword(boolean required) throws IOException {
        writeWebConfig(shared.certificates().valid(), required ? WITH_PASSWORD : "");
    }

    private void writeWebConfig(ServerCertificate certificate, String users) throws IOException {
        Path fresh = Files.writeString(
                webConfig().resolveSibling("web-config.new"),
                "tls_server_config:\n  cert_file: " + certificate.certificate() + "\n  key_file: " + certificate.key()
                        + "\n" + users);
        Files.move(fresh, webConfig(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Shows its disk and further mounts to the exporter, as lines of {@code /proc/1/mounts}. */
    void showMounts(String more) throws IOException {
        String mounts = NO_MOUNTS;
        if (disk.isMounted()) {
            String mountPoint = disk.directory().toString();
            mounts += Files.readAllLines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.split(" ", -1)[1].equals(mountPoint))
                    .map(line -> line + "\n")
                    .findFirst()
                    .orElse("");
        }
        proc.replace("1/mounts", (mounts + more).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void tick() {
        // Nothing is supervised here: each fault restores what it ended.
    }

    @Override
    public boolean isWhole() {
        return exporter.isAlive() && redis.isAlive() && responds();
    }

    @Override
    public boolean rendererListens() {
        return true;
    }

    @Override
    public void close() throws IOException {
        hide();
        for (FaultProxy proxy : List.of(page, jolokia, mcp, scrape)) {
            proxy.close();
        }
        redisProxy.close();
        exporter.close();
        redis.close();
        disk.close();
        sandbox.close();
    }

    /** {@code host-1 at north}. */
    @Override
    public String toString() {
        return instance + " at " + site;
    }
}
