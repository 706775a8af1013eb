package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Alertmanager on a free port, with its files in a directory. */
final class RunningAlertmanager implements AutoCloseable {

    private static final String PROGRAM = "prometheus-alertmanager";
    private static final Pattern LISTENS = Pattern.compile("Listening on\"? address=(?:127\\.0\\.0\\.1):([0-9]+)");

    private final Process process;
    private final URI address;

    private RunningAlertmanager(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /** Starts it; skips the test if it is not installed. */
    static RunningAlertmanager start(Path directory, String configuration) throws Exception {
        RuleFiles.assumeTool(PROGRAM);
        Path config = Files.writeString(directory.resolve("alertmanager.yml"), configuration);
        Files.writeString(
                directory.resolve("avatar.tmpl"), Files.readString(RuleFiles.DIRECTORY.resolve("avatar.tmpl")));
        Files.writeString(directory.resolve("alert-token"), "token");
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(
                        PROGRAM,
                        "--config.file=" + config,
                        "--storage.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:0",
                        "--cluster.listen-address=")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new RunningAlertmanager(process, URI.create("http://127.0.0.1:" + port(process, log)));
    }

    URI address() {
        return address;
    }

    private static int port(Process process, Path log) throws IOException, InterruptedException {
        while (true) {
            String printed = Files.readString(log);
            Matcher listens = LISTENS.matcher(printed);
            if (listens.find()) {
                return Integer.parseInt(listens.group(1));
            }
            assertThat(process.isAlive()).as(printed).isTrue();
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
