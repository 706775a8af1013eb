package io.bev.avatar.exporter;

import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.testkit.Scrape;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Exporter of another project, run for comparison. */
final class PeerExporter implements AutoCloseable {

    private final Process process;
    private final URI metrics;
    private final HttpClient client = HttpClient.newHttpClient();

    private PeerExporter(Process process, URI metrics) {
        this.process = process;
        this.metrics = metrics;
    }

    /** Starts a peer found on the PATH or in the directory AVATAR_PEERS; skips the test if it is missing. */
    static PeerExporter start(Path directory, String program, String listenOption, String... options)
            throws IOException, InterruptedException {
        Optional<Path> found = find(program);
        Assumptions.assumeTrue(found.isPresent(), program + " is neither on the PATH nor in AVATAR_PEERS");
        int port = FreePorts.take(1)[0];
        List<String> command = new ArrayList<>(List.of(found.get().toString(), listenOption + "=127.0.0.1:" + port));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(program + ".log").toFile())
                .start();
        PeerExporter peer = new PeerExporter(process, URI.create("http://127.0.0.1:" + port + "/metrics"));
        peer.awaitAnswer();
        return peer;
    }

    /** Locates an executable on the PATH or in the directory AVATAR_PEERS. */
    private static Optional<Path> find(String program) {
        return Installation.find(program)
                .or(() -> Optional.ofNullable(System.getenv("AVATAR_PEERS"))
                        .map(peers -> Path.of(peers, program))
                        .filter(Files::isExecutable));
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        for (int i = 0; i < 500 && process.isAlive(); i++) {
            try {
                scrape();
                return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        throw new IOException("no answer from " + metrics);
    }

    Scrape scrape() throws IOException, InterruptedException {
        return Scrape.parse(text());
    }

    /** The peer's exposition text. */
    String text() throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** CPU time of its process. */
    double cpuSeconds() {
        return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
