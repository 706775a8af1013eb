package io.bev.avatar.e2e.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.bench.StackClient;
import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.e2e.dashboards.Dashboards;
import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A real {@code ./avatar up} on free ports, in a run directory whose path contains a space. */
final class AvatarUp {

    static final ObjectMapper JSON = StackClient.JSON;
    private static final StackClient CLIENT = new StackClient(Duration.ofMinutes(1));

    final Path root;
    final Path runDirectory;
    final Path output;
    final Ports ports;
    final Process process;

    /** One free port each. */
    record Ports(int page, int jolokia, int exporter, int redis, int prometheus, int alertmanager, int grafana) {

        static Ports free() throws IOException {
            int[] p = FreePorts.take(7);
            return new Ports(p[0], p[1], p[2], p[3], p[4], p[5], p[6]);
        }

        Map<String, String> environment(Path runDirectory) {
            return Map.of(
                    "BEV_AVATAR_PORT", Integer.toString(page),
                    "BEV_JOLOKIA_PORT", Integer.toString(jolokia),
                    "BEV_EXPORTER_PORT", Integer.toString(exporter),
                    "BEV_REDIS_URL", "redis://127.0.0.1:" + redis,
                    "BEV_STACK_PROMETHEUS_PORT", Integer.toString(prometheus),
                    "BEV_STACK_ALERTMANAGER_PORT", Integer.toString(alertmanager),
                    "BEV_STACK_GRAFANA_PORT", Integer.toString(grafana),
                    "BEV_STACK_RUN_DIRECTORY", runDirectory.toString());
        }
    }

    private AvatarUp(Path root, Path runDirectory, Path output, Ports ports, Process process) {
        this.root = root;
        this.runDirectory = runDirectory;
        this.output = output;
        this.ports = ports;
        this.process = process;
    }

    /** Starts and waits until the address of the page is printed. */
    static AvatarUp start(Path directory, Ports ports, String... arguments) throws IOException, InterruptedException {
        AvatarUp up = launch(directory, ports, arguments);
        up.await("the stack to be up", Duration.ofMinutes(5), () -> up.text().contains("Open http"));
        return up;
    }

    /** Starts with additional environment variables and waits in the same way. */
    static AvatarUp start(Path directory, Ports ports, Map<String, String> more, String... arguments)
            throws IOException, InterruptedException {
        AvatarUp up = launch(directory, ports, more, arguments);
        up.await("the stack to be up", Duration.ofMinutes(5), () -> up.text().contains("Open http"));
        return up;
    }

    /** Starts without waiting. */
    static AvatarUp launch(Path directory, Ports ports, String... arguments) throws IOException {
        return launch(directory, ports, Map.of(), arguments);
    }

    private static AvatarUp launch(Path directory, Ports ports, Map<String, String> more, String... arguments)
            throws IOException {
        Path root = Repository.root();
        Path run = Files.createDirectories(directory.resolve("run directory"));
        Path output = Files.createTempFile(directory, "up", ".out");
        // Background jobs of a shell and their descendants ignore SIGINT.
        List<String> command = new ArrayList<>(
                List.of("env", "--default-signal=INT", root.resolve("avatar").toString(), "up", "--no-install"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile());
        builder.environment().putAll(ports.environment(run));
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(more);
        return new AvatarUp(root, run, output, ports, builder.start());
    }

    /** Output so far. */
    String text() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A condition that may not hold yet. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Polls until {@code condition} holds; fails with the whole output after the timeout or when the process has ended. */
    void await(String what, Duration timeout, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        IOException last = null;
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException e) {
                last = e;
            }
            if (!process.isAlive()) {
                throw new AssertionError("./avatar up ended while waiting for " + what + ":\n" + text());
            }
            Thread.sleep(100);
        }
        throw new AssertionError(
                "waited " + timeout.toSeconds() + " s without success for " + what + ":\n" + text(), last);
    }

    String page(String path) {
        return "http://127.0.0.1:" + ports.page + path;
    }

    String prometheus(String path) {
        return "http://127.0.0.1:" + ports.prometheus + path;
    }

    HttpResponse<byte[]> get(String url) throws IOException, InterruptedException {
        return CLIENT.get(url);
    }

    JsonNode json(String url) throws IOException, InterruptedException {
        return CLIENT.json(url);
    }

    JsonNode state() throws IOException, InterruptedException {
        return json(page("/state"));
    }

    String metrics() throws IOException, InterruptedException {
        return new String(get("http://127.0.0.1:" + ports.exporter + "/metrics").body(), StandardCharsets.UTF_8);
    }

    /** Result of an instant query on Prometheus. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        return CLIENT.query("http://127.0.0.1:" + ports.prometheus, expression);
    }

    /**
     * Waits until each query of the shipped dashboards returns data. Some need two scrapes, or a rule that is evaluated every
     * 30 s. Those that may be empty on a healthy machine must only succeed.
     */
    void awaitDashboards(boolean withGpu) throws InterruptedException {
        List<Dashboards.Query> open = new ArrayList<>(Dashboards.queries());
        try {
            await("data for the dashboards", Duration.ofMinutes(4), () -> {
                List<Dashboards.Query> empty = new ArrayList<>();
                for (Dashboards.Query query : open) {
                    if (query(query.expression()).isEmpty() && query.mustHaveData(withGpu)) {
                        empty.add(query);
                    }
                }
                open.retainAll(empty);
                return open.isEmpty();
            });
        } catch (AssertionError e) {
            throw new AssertionError("no data for " + open, e);
        }
    }

    /** Posts a Jolokia request as the operator, with the control password. */
    JsonNode jolokia(Object request) throws IOException, InterruptedException {
        String password = Files.readString(runDirectory.resolve("secrets/control-password"))
                .strip();
        String basic = Base64.getEncoder().encodeToString(("avatar:" + password).getBytes(StandardCharsets.UTF_8));
        return post("http://127.0.0.1:" + ports.jolokia + "/jolokia/", request, "Basic " + basic);
    }

    JsonNode post(String url, Object document, String authorization) throws IOException, InterruptedException {
        return CLIENT.post(url, document, authorization);
    }

    JsonNode execute(String name, String operation, Object... arguments) throws IOException, InterruptedException {
        return jolokia(Map.of(
                "type", "exec", "mbean", "bev.avatar:type=" + name, "operation", operation, "arguments", arguments));
    }

    /** Runs redis-cli against this stack's Redis. */
    String redis(String... arguments) throws IOException, InterruptedException {
        return StackClient.redis(ports.redis, arguments);
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        return StackClient.run(command);
    }

    /** Processes of this run whose command line satisfies {@code test}. */
    List<ProcessHandle> processes(Predicate<String> test) {
        return ProcessHandle.allProcesses()
                .filter(handle -> {
                    Path file = Path.of("/proc", Long.toString(handle.pid()), "cmdline");
                    Path environment = Path.of("/proc", Long.toString(handle.pid()), "environ");
                    try {
                        return test.test(Files.readString(file).replace('\0', ' '))
                                && Files.readString(environment, StandardCharsets.ISO_8859_1)
                                        .contains("BEV_STACK_RUN_DIRECTORY=" + runDirectory + "\0");
                    } catch (IOException e) {
                        return false; // the process has ended
                    }
                })
                .toList();
    }

    ProcessHandle renderer() {
        return processes(line -> line.contains("avatar-renderer-")).get(0);
    }

    /** Sends a signal by name to a process id. */
    static void signal(String name, long pid) throws IOException, InterruptedException {
        run(List.of("kill", "-" + name, Long.toString(pid)));
    }

    /** Sends SIGINT, as Ctrl-C does, and waits. */
    void stop() throws IOException, InterruptedException {
        if (process.isAlive()) {
            signal("INT", process.pid());
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
