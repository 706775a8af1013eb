package io.bev.avatar.exporter;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
        Optional<String> found = find(program);
        Assumptions.assumeTrue(found.isPresent(), program + " is neither on the PATH nor in AVATAR_PEERS");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(found.get(), listenOption + "=127.0.0.1:" + port));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(program + ".log").toFile())
                .start();
        PeerExporter peer = new PeerExporter(process, URI.create("http://127.0.0.1:" + port + "/metrics"));
        peer.awaitAnswer();
        return peer;
    }

    /** Locates a program on the PATH or in the directory AVATAR_PEERS. */
    static Optional<String> find(String program) {
        String places =
                System.getenv("PATH") + File.pathSeparator + System.getenv().getOrDefault("AVATAR_PEERS", "");
        for (String place : places.split(File.pathSeparator, -1)) {
            if (!place.isEmpty() && new File(place, program).canExecute()) {
                return Optional.of(new File(place, program).getPath());
            }
        }
        return Optional.empty();
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

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
