package io.bev.avatar.cds;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A child process in a {@link Sandbox}. The kernel kills it when the thread that started it ends. */
public final class ChildProcess implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 5;

    private final String name;
    private final Path log;
    private final Process process;
    private final long startedNanos;

    /** Check whether a process is ready. */
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
     * Starts a process.
     *
     * @param environment variables in addition to the inherited ones, without this project's own
     * @param directory working directory and directory of the log
     */
    static ChildProcess start(String name, List<String> command, Map<String, String> environment, Path directory)
            throws IOException {
        List<String> fullCommand = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        fullCommand.addAll(command);
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(fullCommand)
                .directory(directory.toFile())
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

    /** Waits until the process is ready; returns the nanoseconds since its start. */
    public long awaitReady(Readiness ready, Duration timeout) throws IOException, InterruptedException {
        while (!ready.test()) {
            if (!process.isAlive()) {
                throw new IOException(
                        name + " ended before it was ready (exit " + process.exitValue() + "): " + logTail());
            }
            if (System.nanoTime() - startedNanos > timeout.toNanos()) {
                throw new IOException(name + " is not ready after " + timeout.toSeconds() + " s: " + logTail());
            }
            Thread.sleep(POLL_MILLIS);
        }
        return System.nanoTime() - startedNanos;
    }

    /** Statistics from procfs. */
    public ProcStats stats() {
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

    /** Sends SIGTERM and waits; returns the exit code. */
    public int stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(name + " did not end within " + STOP_TIMEOUT.toSeconds() + " s: " + logTail());
        }
        return process.exitValue();
    }

    /** Sends SIGKILL and waits. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The last lines of its log, for an error message. */
    public String logTail() {
        try {
            List<String> lines = LogTail.last(log);
            return lines.isEmpty() ? "its log is empty" : String.join(" | ", lines);
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
