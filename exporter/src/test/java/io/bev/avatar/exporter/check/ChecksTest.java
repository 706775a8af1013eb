package io.bev.avatar.exporter.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.config.CheckConfig;
import io.bev.avatar.exporter.config.Requirement;
import io.bev.avatar.exporter.mcp.McpProbe;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import io.bev.avatar.exporter.report.Status;
import io.bev.avatar.testkit.RedisServer;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChecksTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final BoundedHttpClient http = new BoundedHttpClient();

    @AfterEach
    void close() {
        http.close();
    }

    private static CheckConfig config(String yaml) {
        return CheckConfig.from(Config.of(yaml, "test.yaml", Map.of()));
    }

    @Test
    void versions_compareNumberByNumber() {
        assertThat(Versions.atLeast("525.60.11", "525.60.11")).isTrue();
        assertThat(Versions.atLeast("525.105.17", "525.60.11")).isTrue();
        assertThat(Versions.atLeast("525.60", "525.60.11")).isFalse();
        assertThat(Versions.atLeast("470.256.02", "525.60.11")).isFalse();
        assertThat(Versions.atLeast("12.0", "12")).isTrue();
        assertThat(Versions.atLeast("550.54.15-beta", "550.54.15")).isTrue();
    }

    @Test
    void runner_hangingOrThrowingCheck_isAFailure() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        List<CheckResult> results = new CheckRunner(Duration.ofSeconds(3))
                .run(List.of(
                        check("hangs", () -> {
                            never.await();
                            return List.of();
                        }),
                        check("throws", () -> {
                            throw new IllegalStateException("broken inside");
                        }),
                        check("works", () -> List.of(CheckResult.ok("works", "a", "a")))));

        assertThat(results).extracting(CheckResult::name).containsExactly("hangs", "throws", "works");
        assertThat(results).extracting(CheckResult::status).containsExactly(Status.FAILURE, Status.FAILURE, Status.OK);
        assertThat(results.get(1).found()).isEqualTo("broken inside");
    }

    private static Check check(String name, Callable<List<CheckResult>> body) {
        return new Check() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<CheckResult> run() throws Exception {
                return body.call();
            }
        };
    }

    private Path proc(int uid, long availableKib) throws Exception {
        Path proc = directory.resolve("proc");
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/status"), "Name:\tjava\nUid:\t" + uid + "\t" + uid + "\t0\t0\n");
        Files.writeString(proc.resolve("meminfo"), "MemTotal: 1 kB\nMemAvailable:   " + availableKib + " kB\n");
        return proc;
    }

    private Results machine(String yaml, int uid, Map<String, Path> directories) throws Exception {
        return new Results(new MachineChecks(config(yaml), proc(uid, 10_000_000), "avatar", directories).run());
    }

    @Test
    void machine_rootOrWrongUser_isDistinguished() throws Exception {
        Map<String, Path> none = Map.of();
        String wanted = "exporter: {check: {user: bev-avatar}}";

        assertThat(machine("", 1000, none).get("user").status()).isEqualTo(Status.OK);
        assertThat(machine("", 0, none).get("user").status()).isEqualTo(Status.WARNING);
        assertThat(machine(wanted, 1000, none).get("user").status()).isEqualTo(Status.FAILURE);
    }

    @Test
    void machine_diskAndMemory_areComparedWithTheConfiguredMinimums() throws Exception {
        Map<String, Path> here = Map.of("state", directory.resolve("not/there/yet"));
        String high = "exporter: {check: {disk-free-gb: 900000, memory-available-gb: 10.3}}";
        String low = "exporter: {check: {disk-free-gb: 0, memory-available-gb: 10.2}}";

        assertThat(machine(low, 1, here).get("memory").status()).isEqualTo(Status.OK);
        assertThat(machine(low, 1, here).get("disk").status()).isEqualTo(Status.OK);
        assertThat(machine(high, 1, here).get("memory")).satisfies(result -> {
            assertThat(result.status()).isEqualTo(Status.FAILURE);
            assertThat(result.found()).isEqualTo("10.2 GB available");
            assertThat(result.expected()).isEqualTo("at least 10.3 GB");
        });
        assertThat(machine(high, 1, here).get("disk").status()).isEqualTo(Status.FAILURE);
        assertThat(machine(low, 1, here).get("directory-state").found()).contains("can be created");
    }

    @Test
    void machine_directoryThatIsAFile_isAFailure() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");

        CheckResult result =
                machine("", 1, Map.of("state", file.resolve("below"))).get("directory-state");

        assertThat(result.status()).isEqualTo(Status.FAILURE);
        assertThat(result.found()).contains("is not a directory");
    }

    @Test
    void machine_directoryOfAnotherUser_isAFailure() throws Exception {
        assumeFalse("root".equals(System.getProperty("user.name")), "root may write everywhere");
        Path closed = Files.createDirectory(directory.resolve("closed"));
        assertThat(closed.toFile().setWritable(false)).isTrue();

        assertThat(machine("", 1, Map.of("state", closed))
                        .get("directory-state")
                        .found())
                .contains("permission denied");
    }

    private static CheckResult docker(Path socket, Requirement requirement, String state) throws Exception {
        return new DockerCheck(socket, requirement, unit -> Optional.of(state).filter(s -> !s.isEmpty()))
                .run()
                .get(0);
    }

    /** Server on a Unix socket that responds to each path with a given text, until closed. */
    private static final class UnixServer implements AutoCloseable {
        private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        private final Path socket;

        UnixServer(Path socket, Function<String, String> answers) throws Exception {
            server.bind(UnixDomainSocketAddress.of(socket));
            this.socket = socket;
            new Thread(() -> serve(answers), "unix-server").start();
        }

        private void serve(Function<String, String> answers) {
            while (server.isOpen()) {
                try (SocketChannel client = server.accept()) {
                    ByteBuffer request = ByteBuffer.allocate(4096);
                    int unused = client.read(request);
                    String path = new String(request.array(), StandardCharsets.US_ASCII).split(" ", 3)[1];
                    unused = client.write(ByteBuffer.wrap(answers.apply(path).getBytes(StandardCharsets.UTF_8)));
                } catch (IOException e) {
                    return; // closed
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    @Test
    void docker_responding_isOk_andAStoppedUnitIsAWarning() throws Exception {
        Path socket = directory.resolve("docker.sock");
        String head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n";
        try (UnixServer server = new UnixServer(
                socket,
                path -> head + (path.equals("/_ping") ? "OK" : "{\"Version\":\"27.1\",\"ApiVersion\":\"1.46\"}"))) {
            assertThat(docker(server.socket, Requirement.REQUIRED, "active").status())
                    .isEqualTo(Status.OK);
            assertThat(docker(server.socket, Requirement.REQUIRED, "").found())
                    .isEqualTo("Docker 27.1, API 1.46 at " + socket);
            assertThat(docker(server.socket, Requirement.REQUIRED, "failed").status())
                    .isEqualTo(Status.WARNING);
        }
    }

    @Test
    void docker_missingOrBroken_failsIfRequired_andOtherwiseIsSkipped() throws Exception {
        Path socket = directory.resolve("docker.sock");
        assertThat(docker(socket, Requirement.REQUIRED, "inactive").found())
                .contains("docker.service is inactive", "does not exist");
        assertThat(docker(socket, Requirement.REQUIRED, "").status()).isEqualTo(Status.FAILURE);
        assertThat(docker(socket, Requirement.OPTIONAL, "").status()).isEqualTo(Status.SKIPPED);
        try (UnixServer server = new UnixServer(socket, path -> "HTTP/1.0 500 Oops\r\n\r\nno")) {
            assertThat(docker(server.socket, Requirement.REQUIRED, "").found()).contains("/_ping returned HTTP 500");
        }
    }

    @Test
    void docker_realCompatibleEngine_responds() throws Exception {
        assumeTrue(Installation.find("podman").isPresent(), "podman is not installed");
        Path socket = directory.resolve("podman.sock");
        Process engine = new ProcessBuilder("podman", "system", "service", "--time=0", "unix://" + socket)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("podman.log").toFile())
                .start();
        try {
            for (int i = 0; i < 300 && !Files.exists(socket) && engine.isAlive(); i++) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assumeTrue(Files.exists(socket), "podman system service does not start here");

            CheckResult result = docker(socket, Requirement.REQUIRED, "");

            assertThat(result.status()).as(result.found()).isEqualTo(Status.OK);
            assertThat(result.found()).matches("Podman Engine \\d+\\.\\d+\\.\\d+, API \\d+\\.\\d+ at .*");
        } finally {
            engine.destroy();
            engine.waitFor();
        }
    }

    @Test
    void redis_writesReadsDeletes_andNamesTheFailedStep() throws Exception {
        try (RedisServer server = RedisServer.start(directory);
                RedisClients access = new RedisClients(new RedisConfig(server.url(), Duration.ofSeconds(5)))) {
            RedisCheck check = new RedisCheck(Optional.of(new RedisKeyValues(access.link("test"))), server.url());

            assertThat(check.run().get(0).status()).isEqualTo(Status.OK);
            assertThat(server.command("DBSIZE")).isEqualTo(":0");

            server.command("CONFIG", "SET", "maxmemory", "1");
            assertThat(check.run().get(0)).satisfies(result -> {
                assertThat(result.status()).isEqualTo(Status.FAILURE);
                assertThat(result.found()).contains("connecting and writing", "OOM");
            });

            server.stop();
            assertThat(check.run().get(0).found()).containsIgnoringCase("connection");
        }
    }

    @Test
    void mcp_missing_statusFollowsRequirement() throws Exception {
        McpProbe probe = new McpProbe(StubHttpServer.unreachable("/mcp"), "1", LONG, http);

        assertThat(new McpCheck(probe, Requirement.OPTIONAL).run().get(0).status())
                .isEqualTo(Status.SKIPPED);
        assertThat(new McpCheck(probe, Requirement.REQUIRED).run().get(0)).satisfies(result -> {
            assertThat(result.status()).isEqualTo(Status.FAILURE);
            assertThat(result.found()).contains("connection refused");
        });
    }

    @Test
    void mcp_responding_isNamed() throws Exception {
        String result = """
            {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{},\
            "serverInfo":{"name":"everything","version":"1.0.0"}}}\
            """;
        try (StubHttpServer server = new StubHttpServer(
                asked -> asked.body().contains("\"initialize\"") ? Answer.json(result) : Answer.status(202, ""))) {
            McpProbe probe = new McpProbe(server.address("/mcp"), "1", LONG, http);

            assertThat(new McpCheck(probe, Requirement.REQUIRED).run().get(0).found())
                    .startsWith("everything 1.0.0 at http://127.0.0.1:");
        }
    }

    @Test
    void libraries_missing_statusFollowsRequirement() {
        List<CheckResult> results = new RuntimeChecks(
                        99,
                        Runtime.version(),
                        "/jdk",
                        List.of(
                                new RuntimeChecks.Library("here", "libhere.so", Status.FAILURE, "install it"),
                                new RuntimeChecks.Library("gone", "libgone.so", Status.WARNING, "install it")),
                        file -> Optional.of("not found").filter(why -> file.equals("libgone.so")))
                .run();

        assertThat(results)
                .extracting(result -> result.name() + " " + result.status().word())
                .containsExactly("java failure", "library-here ok", "library-gone warning");
    }

    private CheckResult port(Path proc, int number, String sign) throws Exception {
        PortCheck.Port port = new PortCheck.Port("renderer", "renderer.port", number, "/health", sign);
        return new PortCheck(proc, List.of("bev-advanced-avatar.service"), List.of(port), http)
                .run()
                .get(0);
    }

    @Test
    void port_freeOrUsedByOthers_isDistinguished() throws Exception {
        int number;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            number = taken.getLocalPort();
            CheckResult result = port(Path.of("/proc"), number, "avatar");

            assertThat(result.status()).isEqualTo(Status.FAILURE);
            assertThat(result.found())
                    .contains(
                            number + " is used by ",
                            "pid " + ProcessHandle.current().pid());
            assertThat(result.remedy()).contains("renderer.port");
        }
        assertThat(port(Path.of("/proc"), number, "avatar").found()).isEqualTo(number + " is free");
    }

    private Path holder(String cgroup, String command) throws Exception {
        Path proc = directory.resolve("holder");
        Path process = proc.resolve("4711");
        Files.createDirectories(process.resolve("fd"));
        Files.createDirectories(proc.resolve("net"));
        Files.writeString(
                proc.resolve("net/tcp"),
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                        + "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998       "
                        + " 0 777"
                        + " 1 0000000000000000 100 0 0 10 0\n");
        Files.deleteIfExists(process.resolve("fd/5"));
        Files.createSymbolicLink(process.resolve("fd/5"), Path.of("socket:[777]"));
        Files.writeString(process.resolve("cgroup"), cgroup);
        Files.writeString(process.resolve("cmdline"), command);
        Files.writeString(process.resolve("comm"), "java\n");
        return proc;
    }

    @Test
    void port_usedByOwnUnitOrJar_isOk() throws Exception {
        String unit = "0::/system.slice/bev-advanced-avatar.service\n";
        String jar = "java\0-jar\0/opt/avatar/avatar-renderer-0.1.0.jar\0serve\0";

        assertThat(port(holder(unit, "java\0x\0"), 8080, "s").status()).isEqualTo(Status.OK);
        assertThat(port(holder("0::/user.slice\n", jar), 8080, "s").status()).isEqualTo(Status.OK);
        assertThat(port(holder("0::/user.slice\n", "nginx\0"), 8080, "s").found())
                .isEqualTo("8080 is used by java, pid 4711");
    }

    @Test
    void port_ofInaccessibleProcess_isIdentifiedByItsResponse() throws Exception {
        try (StubHttpServer server = new StubHttpServer(asked -> Answer.json("{\"targetFps\":30}"))) {
            int number = server.address("/").getPort();
            Path proc = holder("", "");
            Files.delete(proc.resolve("4711/fd/5"));
            String table = Files.readString(proc.resolve("net/tcp"));
            Files.writeString(proc.resolve("net/tcp"), table.replace("1F90", String.format("%04X", number)));

            assertThat(port(proc, number, "targetFps").status()).isEqualTo(Status.OK);
            assertThat(port(proc, number, "something else").found()).contains("a process of UID 998");
        }
    }

    @Test
    void jolokiaPort_ofInaccessibleProcess_isAskedWithPost() throws Exception {
        try (StubHttpServer server = new StubHttpServer(asked -> Answer.json(
                asked.body().contains("version") ? "{\"id\":\"avatar-renderer\"}" : "{\"error\":\"only POST\"}"))) {
            int number = server.address("/").getPort();
            Path proc = holder("", "");
            Files.delete(proc.resolve("4711/fd/5"));
            String table = Files.readString(proc.resolve("net/tcp"));
            Files.writeString(proc.resolve("net/tcp"), table.replace("1F90", String.format("%04X", number)));
            PortCheck.Port port = new PortCheck.Port(
                    "jolokia",
                    "renderer.jolokia-port",
                    number,
                    "/jolokia/",
                    "\"avatar-renderer\"",
                    "{\"type\":\"version\"}");

            assertThat(new PortCheck(proc, List.of(), List.of(port), http)
                            .run()
                            .get(0)
                            .status())
                    .isEqualTo(Status.OK);
        }
    }

    @Test
    void directories_ofAnotherUser_areNotTested() throws Exception {
        Map<String, Path> closed = Map.of("state", Path.of("/proc/sys"));
        MachineChecks checks = new MachineChecks(config(""), proc(1000, 10_000_000), "avatar", closed, false);

        assertThat(checks.run()).extracting(CheckResult::name).containsExactly("user", "disk", "memory");
    }

    @Test
    void port_ofInaccessibleProcessThatIsSlow_isNotCalledForeign() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path proc = holder("", "");
            Files.delete(proc.resolve("4711/fd/5"));
            String table = Files.readString(proc.resolve("net/tcp"));
            Files.writeString(
                    proc.resolve("net/tcp"), table.replace("1F90", String.format("%04X", silent.getLocalPort())));

            CheckResult result = port(proc, silent.getLocalPort(), "targetFps");

            assertThat(result.status()).isEqualTo(Status.WARNING);
            assertThat(result.found()).contains("did not respond within 2 s");
        }
    }
}
