package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A service's process. It gets a session of its own, so that Ctrl-C reaches the launcher alone and the order of stopping is
 * ours, and a parent-death signal, so that nothing outlives a launcher that was killed. That signal is tied to the thread
 * that starts the process: call {@link #start} from a thread that lives as long as the launcher.
 */
final class ManagedProcess {

    private static final int MAX_LOG_LINES = 3;
    private static final int MAX_CONFIG_ERROR_LINES = 20;
    /** How a line of renderer and exporter's own log begins, as text or as JSON. */
    private static final Pattern LOG_LINE = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT.*|\\{.*");

    private final ServiceSpec spec;
    private final Path directory;
    private volatile @Nullable Process process;

    ManagedProcess(ServiceSpec spec, Path directory) {
        this.spec = spec;
        this.directory = directory;
    }

    ServiceSpec spec() {
        return spec;
    }

    void start() throws LaunchException {
        try {
            if (Files.exists(spec.log())) {
                Path previous = spec.log().resolveSibling(spec.log().getFileName() + ".1");
                Files.move(spec.log(), previous, StandardCopyOption.REPLACE_EXISTING);
            }
            List<String> command = new ArrayList<>(List.of("setsid", "setpriv", "--pdeathsig", "TERM", "--"));
            command.addAll(spec.command());
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(spec.log().toFile());
            builder.environment().putAll(spec.environment());
            process = builder.start();
        } catch (FileSystemException e) {
            throw new LaunchException(
                    ExitCodes.CANNOT_CREATE,
                    spec.name() + ": cannot write its log " + spec.log() + "; see who owns "
                            + spec.log().getParent(),
                    e);
        } catch (IOException e) {
            throw new LaunchException(
                    ExitCodes.SOFTWARE,
                    spec.name() + ": cannot start " + spec.command().get(0) + ": " + e.getMessage(),
                    e);
        }
    }

    boolean isAlive() {
        Process p = process;
        return p != null && p.isAlive();
    }

    /** Process id of the last start; 0 before the first. */
    long pid() {
        Process p = process;
        return p == null ? 0 : p.pid();
    }

    /** How the last start ended; empty while it runs. */
    OptionalInt exitCode() {
        Process p = process;
        return p == null || p.isAlive() ? OptionalInt.empty() : OptionalInt.of(p.exitValue());
    }

    void terminate() {
        Process p = process;
        if (p != null) {
            p.destroy();
        }
    }

    /** Waits for the end, and kills what is still there after {@code timeout}; false when it had to be killed. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        Process p = process;
        if (p == null || p.waitFor(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS)) {
            return true;
        }
        p.destroyForcibly();
        p.waitFor(1, TimeUnit.SECONDS);
        return false;
    }

    /** The last lines that it wrote, for an error message; all that it found wrong in its configuration, where that ended it. */
    Optional<String> logTail() {
        try {
            List<String> lines = new String(Files.readAllBytes(spec.log()), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("WARNING: Using incubator"))
                    .toList();
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            int from = Math.max(0, lines.size() - MAX_LOG_LINES);
            if (exitCode().equals(OptionalInt.of(ExitCodes.CONFIG))) {
                from = configErrorStart(lines);
            }
            return Optional.of(String.join(System.lineSeparator() + "      ", lines.subList(from, lines.size())));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Where the lines begin that follow the log. */
    private static int configErrorStart(List<String> lines) {
        int from = lines.size() - 1;
        int first = Math.max(0, lines.size() - MAX_CONFIG_ERROR_LINES);
        while (from > first && !LOG_LINE.matcher(lines.get(from - 1)).matches()) {
            from--;
        }
        return from;
    }
}
