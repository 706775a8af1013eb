package io.bev.avatar.cds;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that runs in a workbench. It dies with the thread that started it. */
public final class ChildProcess implements AutoCloseable {

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 5;

    private final String name;
    private final Path log;
    private final Process process;
    private final long startedNanos;

    /** Whether a program does its work. */
    @FunctionalInterface
    public interface Readiness {
        boolean test() throws InterruptedException;
    }

    private ChildProcess(String name, Path log, Process process, long startedNanos) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.startedNanos = startedNanos;
    }

    /**
     * Starts.
     *
     * @param environment beside the inherited one, of which this project's own variables are left out
     * @param folder where it runs and leaves its log
     */
    static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path folder)
            throws IOException {
        List<String> whole = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        whole.addAll(command);
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(whole)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .keySet()
                .removeIf(variable -> variable.startsWith("BEV_") || variable.equals("JDK_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        long started = System.nanoTime();
        return new ChildProcess(name, log, builder.start(), started);
    }

    /** Waits until it is ready; answers how many nanoseconds after its start that was. */
    public long awaitReady(Readiness ready, Duration patience) throws IOException, InterruptedException {
        while (!ready.test()) {
            if (!process.isAlive()) {
                throw new IOException(
                        name + " ended before it was ready (exit " + process.exitValue() + "): " + lastWords());
            }
            if (System.nanoTime() - startedNanos > patience.toNanos()) {
                throw new IOException(name + " is not ready after " + patience.toSeconds() + " s: " + lastWords());
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return System.nanoTime() - startedNanos;
    }

    /** What the kernel counts of it. */
    public ProcStats figures() {
        return new ProcStats(Path.of("/proc", Long.toString(pid())));
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its name, such as {@code STOP}. */
    public void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + signal + " of " + name + " failed (exit " + status + ")");
        }
    }

    /** Asks it to end, and waits; answers its exit code. */
    public int stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(name + " did not end within " + STOP_PATIENCE.toSeconds() + " s: " + lastWords());
        }
        return process.exitValue();
    }

    /** Ends it without a word, and waits. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The end of its log, for a message. */
    public String lastWords() {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("WARNING: Using incubator"))
                    .toList();
            return lines.isEmpty()
                    ? "it said nothing"
                    : String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
