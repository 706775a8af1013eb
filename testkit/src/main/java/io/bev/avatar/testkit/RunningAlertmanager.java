package io.bev.avatar.testkit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Alertmanager on a free port, with its files in a directory. */
public final class RunningAlertmanager implements AutoCloseable {

    private static final String PROGRAM = "prometheus-alertmanager";
    private static final Pattern LISTENS = Pattern.compile("Listening on\"? address=(?:127\\.0\\.0\\.1):([0-9]+)");

    private final Process process;
    private final URI address;

    private RunningAlertmanager(Process process, URI address) {
        this.process = process;
        this.address = address;
    }

    /** Whether Alertmanager is installed. */
    public static boolean isInstalled() {
        return Files.isExecutable(Path.of("/usr/bin", PROGRAM));
    }

    /** Starts it with the shipped texts. */
    public static RunningAlertmanager start(Path directory, String configuration)
            throws IOException, InterruptedException {
        Path config = Files.writeString(directory.resolve("alertmanager.yml"), configuration);
        Files.writeString(
                directory.resolve("avatar.tmpl"),
                Files.readString(Repository.root().resolve("alerting-rules/avatar.tmpl")));
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

    /** Its base address. */
    public URI address() {
        return address;
    }

    private static int port(Process process, Path log) throws IOException, InterruptedException {
        while (true) {
            String printed = Files.readString(log);
            Matcher listens = LISTENS.matcher(printed);
            if (listens.find()) {
                return Integer.parseInt(listens.group(1));
            }
            if (!process.isAlive()) {
                throw new IOException("Alertmanager has exited: " + printed);
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
