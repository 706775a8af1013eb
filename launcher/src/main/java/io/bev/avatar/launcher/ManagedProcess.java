package io.bev.avatar.launcher;

import io.bev.avatar.cds.LogTail;
import io.bev.avatar.common.cli.ExitCodes;
import java.io.File;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;

/**
 * Process of a service, restarted by the {@link Supervisor}. It has its own session, so that Ctrl-C reaches only the launcher,
 * which stops the services in order, and a parent-death signal, so that no service outlives a killed launcher. The kernel sends
 * that signal when the thread that started the process ends: call {@link #start} from a thread that lives as long as the launcher.
 */
final class ManagedProcess {

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
                    spec.name() + ": cannot write its log " + spec.log() + "; check the owner of "
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

    /** Exit code of the last start; empty while it runs. */
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

    /** Waits until the process ends and kills it after {@code timeout}; false if it was killed. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        Process p = process;
        if (p == null || p.waitFor(Math.max(0, timeout.toMillis()), TimeUnit.MILLISECONDS)) {
            return true;
        }
        p.destroyForcibly();
        p.waitFor(1, TimeUnit.SECONDS);
        return false;
    }

    /** Its last log lines, for an error message; after an exit for a configuration error, all problems it reported. */
    Optional<String> logTail() {
        try {
            boolean configError = exitCode().equals(OptionalInt.of(ExitCodes.CONFIG));
            List<String> lines = configError ? LogTail.afterLogLines(spec.log()) : LogTail.last(spec.log());
            return lines.isEmpty()
                    ? Optional.empty()
                    : Optional.of(String.join(System.lineSeparator() + "      ", lines));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
