package io.bev.avatar.launcher;

import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A Prometheus process with its own configuration, port and directory. Its process ends with the thread that calls {@link #start}. */
public final class IsolatedPrometheus implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final ManagedProcess process;
    private final Supervisor supervisor;
    private final PrintStream log;

    private IsolatedPrometheus(ManagedProcess process, Supervisor supervisor, PrintStream log) {
        this.process = process;
        this.supervisor = supervisor;
        this.log = log;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param config configuration file
     * @param directory directory of data and logs
     * @param port port on 127.0.0.1
     */
    public static IsolatedPrometheus start(Path config, Path directory, int port)
            throws IOException, InterruptedException {
        Path logs = Files.createDirectories(directory.resolve("logs"));
        String url = "http://127.0.0.1:" + port;
        Probe probe = new Probe();
        ServiceSpec spec = new ServiceSpec(
                "prometheus",
                List.of(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port),
                Map.of(),
                () -> probe.answers(url + "/-/ready"),
                url,
                logs.resolve("prometheus.log"),
                START_TIMEOUT,
                Duration.ofSeconds(1));
        PrintStream log =
                new PrintStream(Files.newOutputStream(logs.resolve("supervisor.log")), true, StandardCharsets.UTF_8);
        Supervisor supervisor = new Supervisor(Console.of(log, Map.of()), Ticker.system());
        IsolatedPrometheus prometheus = new IsolatedPrometheus(new ManagedProcess(spec, directory), supervisor, log);
        try {
            supervisor.startAll(List.of(prometheus.process));
            return prometheus;
        } catch (LaunchException e) {
            prometheus.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    public String url() {
        return process.spec().url();
    }

    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        try {
            supervisor.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the process ends with this thread
        }
        log.close();
    }
}
