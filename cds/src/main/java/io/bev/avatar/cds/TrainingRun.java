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
 * Makes the class archives: runs renderer and exporter as on a good day, with Redis where the machine has it, looks at the
 * page, scrapes, and has each JVM write the classes that it has loaded when it ends.
 */
public final class TrainingRun {

    private static final int SCRAPES = 3;
    private static final int FRAMES = 3;

    private final Installation programs;

    public TrainingRun(Installation programs) {
        this.programs = programs;
    }

    /** Whether every archive is there and of this build. */
    public boolean isFresh() throws IOException {
        for (Installation.Jar program : programs.all()) {
            if (!programs.archive(program).isFresh()) {
                return false;
            }
        }
        return true;
    }

    /**
     * Makes and installs the archives.
     *
     * @throws IOException when a program does not run; the archives are as before
     */
    public void run() throws IOException, InterruptedException {
        Path archives = Files.createDirectories(programs.archives());
        try (Sandbox bench = new Sandbox(programs, archives)) {
            String rendererOf = programs.archive(programs.renderer()).ingredients();
            String exporterOf = programs.archive(programs.exporter()).ingredients();
            Path ofRenderer = bench.folder().resolve("renderer.jsa");
            Path ofExporter = bench.folder().resolve("exporter.jsa");
            bench.redis();
            ChildProcess renderer = bench.renderer(dump(ofRenderer), Map.of());
            int port = bench.freePort();
            ChildProcess exporter = bench.exporter(port, dump(ofExporter), Map.of());
            String metrics = "http://127.0.0.1:" + port + "/metrics";
            bench.awaitReady("exporter", exporter, () -> bench.web().answers(metrics));
            visit(bench, metrics);
            finish(programs.exporter(), exporter, ofExporter, exporterOf);
            finish(programs.renderer(), renderer, ofRenderer, rendererOf);
        }
    }

    private static List<String> dump(Path file) {
        return List.of("-XX:ArchiveClassesAtExit=" + file);
    }

    private static void visit(Sandbox bench, String metrics) throws IOException, InterruptedException {
        bench.web().get(bench.pageUrl());
        bench.web().get(bench.pageUrl() + "snapshot.jpg");
        bench.web().get(bench.pageUrl() + "health");
        CountDownLatch frames = new CountDownLatch(FRAMES);
        WebSocket viewer = bench.web().watch(bench.pageUrl().replace("http:", "ws:") + "ws", new WebSocket.Listener() {
            @Override
            public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                frames.countDown();
                socket.request(1);
                return null;
            }
        });
        try {
            for (int i = 0; i < SCRAPES; i++) {
                bench.web().scrape(metrics);
            }
            if (!frames.await(30, TimeUnit.SECONDS)) {
                throw new IOException("the renderer sends no frames");
            }
        } finally {
            viewer.abort();
        }
    }

    private void finish(Installation.Jar program, ChildProcess process, Path made, String madeOf)
            throws IOException, InterruptedException {
        process.stop();
        if (!Files.exists(made)) {
            throw new IOException("Java wrote no archive for the " + program.name() + ": " + process.lastWords());
        }
        prove(program, made);
        programs.archive(program).install(made, madeOf);
    }

    /** An archive that a JVM dies of must not be left for the next start. */
    private void prove(Installation.Jar program, Path made) throws IOException, InterruptedException {
        List<String> command = programs.command(program, List.of("-XX:SharedArchiveFile=" + made));
        command.add("--version");
        int status = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException(
                    "Java does not start with the archive of the " + program.name() + " (exit " + status + ")");
        }
    }
}
