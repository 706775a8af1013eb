package io.bev.avatar.cds;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Training run that makes the class archives: runs renderer and exporter under normal load, with Redis if installed,
 * requests the page, scrapes, and lets each JVM dump its loaded classes at exit.
 */
public final class TrainingRun {

    private static final int SCRAPES = 3;
    private static final int FRAMES = 3;

    private final Installation installation;

    public TrainingRun(Installation installation) {
        this.installation = installation;
    }

    /** Whether every archive exists and matches this build. */
    public boolean isFresh() throws IOException {
        for (Installation.Jar application : installation.all()) {
            if (!installation.archive(application).isFresh()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Creates and installs the archives.
     *
     * @throws IOException when an application fails to run; the archives are then unchanged
     */
    public void run() throws IOException, InterruptedException {
        Path archives = Files.createDirectories(installation.archives());
        try (Sandbox sandbox = new Sandbox(installation, archives)) {
            String rendererInputs =
                    installation.archive(installation.renderer()).inputs();
            String exporterInputs =
                    installation.archive(installation.exporter()).inputs();
            Path rendererArchive = sandbox.directory().resolve("renderer.jsa");
            Path exporterArchive = sandbox.directory().resolve("exporter.jsa");
            sandbox.redis();
            ChildProcess renderer = sandbox.renderer(dump(rendererArchive), Map.of());
            int port = sandbox.freePort();
            ChildProcess exporter = sandbox.exporter(port, dump(exporterArchive), Map.of());
            String metrics = "http://127.0.0.1:" + port + "/metrics";
            sandbox.awaitReady("exporter", exporter, () -> sandbox.web().answers(metrics));
            exercise(sandbox, metrics);
            finish(installation.exporter(), exporter, exporterArchive, exporterInputs);
            finish(installation.renderer(), renderer, rendererArchive, rendererInputs);
        }
    }

    private static List<String> dump(Path file) {
        return List.of("-XX:ArchiveClassesAtExit=" + file);
    }

    private static void exercise(Sandbox sandbox, String metrics) throws IOException, InterruptedException {
        sandbox.web().get(sandbox.pageUrl());
        sandbox.web().get(sandbox.pageUrl() + "snapshot.jpg");
        sandbox.web().get(sandbox.pageUrl() + "health");
        CountDownLatch frames = new CountDownLatch(FRAMES);
        WebSocket viewer = sandbox.web()
                .watch(sandbox.pageUrl().replace("http:", "ws:") + "ws", new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                        frames.countDown();
                        socket.request(1);
                        return null;
                    }
                });
        try {
            for (int i = 0; i < SCRAPES; i++) {
                sandbox.web().scrape(metrics);
            }
            if (!frames.await(30, TimeUnit.SECONDS)) {
                throw new IOException("the renderer sent no frames within 30 s");
            }
        } finally {
            viewer.abort();
        }
    }

    private void finish(Installation.Jar application, ChildProcess process, Path newArchive, String inputs)
            throws IOException, InterruptedException {
        process.stop();
        if (!Files.exists(newArchive)) {
            throw new IOException(
                    "the JVM wrote no class archive for the " + application.name() + ": " + process.logTail());
        }
        verify(application, newArchive);
        installation.archive(application).install(newArchive, inputs);
    }

    /** Verifies that the JVM starts with the archive, so that a broken one is never installed. */
    private void verify(Installation.Jar application, Path newArchive) throws IOException, InterruptedException {
        List<String> command = installation.command(application, List.of("-XX:SharedArchiveFile=" + newArchive));
        command.add("--version");
        int status = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("the JVM does not start with the class archive of the " + application.name()
                    + " (exit " + status + ")");
        }
    }
}
