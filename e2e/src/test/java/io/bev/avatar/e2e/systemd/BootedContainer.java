package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.e2e.systemd.Container.Result;
import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A booted machine for the tests of one class, with this repository at its own path, Redis running and the avatar not
 * installed: {@code @RegisterExtension static final BootedContainer machine = new BootedContainer()}. Skips the class with the
 * reason if none can be booted.
 */
final class BootedContainer implements BeforeAllCallback, AfterAllCallback {

    static final String RENDERER = "bev-advanced-avatar.service";
    static final String EXPORTER = "bev-avatar-exporter.service";
    static final String ARCHIVES = "bev-avatar-archive.service";

    /** Root of the repository. */
    static final Path ROOT = Repository.root();

    /** Lists the files that an installation may change, without those that systemd and others write. */
    private static final String FILES = "(find /etc /usr /run/bev* /var/lib/bev* /var/log/bev* /var/cache/bev* -xdev;"
            + " find /var/lib /var/log -maxdepth 1) 2>/dev/null | sort -u"
            + " | grep -vE '/__pycache__|^/etc/((passwd|group|g?shadow|sub[ug]id)-|\\.pwd\\.lock|\\.updated)'";

    /** systemd's messages between a fault and READY, with their time. */
    private static final Pattern STEP = Pattern.compile(
            "^([\\d.]+) .*?(Watchdog timeout|Main process exited" + "|Scheduled restart|Stopping|Starting|Started)");

    private @Nullable Path directory;
    private @Nullable Container container;
    private Set<String> before = new TreeSet<>();

    /** The files of {@link #before} that are visible through the overlay. */
    private Set<String> filesOfThisMachine = new TreeSet<>();

    @Override
    public void beforeAll(ExtensionContext context) throws IOException, InterruptedException {
        Optional<String> obstacle = Container.obstacle();
        assumeTrue(obstacle.isEmpty(), obstacle.orElse(""));
        directory = Files.createTempDirectory("avatar-machine");
        try {
            container = Container.boot(directory, ROOT);
        } catch (IOException e) {
            assumeTrue(false, e.getMessage());
        }
        assumeTrue(run("systemctl", "enable", "--now", "redis-server").exit() == 0, "redis-server is not installed");
        uninstall("--purge");
        // Fewer frames without viewers: several machines share the processors.
        run("systemctl", "set-environment", "BEV_RENDERER_IDLE_FPS=1");
        watchdog(false);
        before = files();
        filesOfThisMachine =
                before.stream().filter(path -> existsBelowOverlay(path)).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException, InterruptedException {
        if (container != null) {
            container.powerOff();
        }
        if (directory != null) {
            try (Stream<Path> left = Files.walk(directory)) {
                for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    /** Reboots with the current files. */
    void reboot() throws IOException, InterruptedException {
        Optional.ofNullable(container).orElseThrow().reboot();
    }

    /**
     * Starts Redis, renderer and exporter if an earlier test stopped them, and waits until they are ready.
     *
     * @param page URL of the renderer
     */
    void healthy(String page) throws IOException, InterruptedException {
        shell("systemctl start redis-server; systemctl reset-failed " + RENDERER + " " + EXPORTER + ";"
                + " systemctl start --no-block " + RENDERER + " " + EXPORTER);
        await("frames", "curl -sf " + page + "/health/ready");
        await("metrics", "curl -sf http://127.0.0.1:9818/-/ready");
    }

    /** Runs a command inside, as root. */
    Result run(String... command) throws IOException, InterruptedException {
        return Optional.ofNullable(container).orElseThrow().run(command);
    }

    /** Runs a line of bash inside; returns its output. */
    String shell(String line) throws IOException, InterruptedException {
        return run("bash", "-c", line).output();
    }

    /**
     * Enables or disables the watchdog for the next starts of the renderer. Off by default: on a busy machine it may report a hang
     * falsely.
     */
    void watchdog(boolean on) throws IOException, InterruptedException {
        dropIn(RENDERER, on ? "" : "[Service]\\nWatchdogSec=0\\n");
    }

    /** Enables or disables class archives; most tests disable them to save time. */
    void classArchives(boolean on) throws IOException, InterruptedException {
        dropIn(ARCHIVES, on ? "" : "[Unit]\\nConditionPathExists=/nowhere\\n");
    }

    /** Sets the text of a drop-in of a unit; removes the drop-in if it is empty. */
    private void dropIn(String unit, String text) throws IOException, InterruptedException {
        String directory = "/run/systemd/system/" + unit + ".d";
        shell("rm -rf " + directory + "; [ -z '" + text + "' ] || { mkdir -p " + directory + "; printf '" + text + "' >"
                + directory + "/test.conf; }; systemctl daemon-reload");
    }

    /** Runs the installer. */
    Result install(String... options) throws IOException, InterruptedException {
        return script("install-avatar-service.sh", options);
    }

    /** Runs the installer, which must succeed; returns its output. */
    String installed(String... options) throws IOException, InterruptedException {
        Result result = install(options);
        assertInstalled(result);
        return result.output();
    }

    /** The installation succeeded; on a busy machine, the renderer may be too slow to be healthy. */
    static void assertInstalled(Result result) {
        if (result.exit() != 70 || !result.output().matches("(?s).*health: degraded: [0-9.]+ fps, target .*")) {
            assertThat(result.exit()).as(result.output()).isZero();
        }
    }

    /** Runs the uninstaller of the repository. */
    Result uninstall(String... options) throws IOException, InterruptedException {
        return script("uninstall-avatar-service.sh", options);
    }

    /** Runs a script of {@code systemd/}. */
    Result script(String name, String... options) throws IOException, InterruptedException {
        return run(Stream.concat(Stream.of(ROOT.resolve("systemd").resolve(name).toString()), Arrays.stream(options))
                .toArray(String[]::new));
    }

    /** The files before anything was installed. */
    Set<String> filesBefore() {
        return before;
    }

    /** The files that an installation may touch. */
    Set<String> files() throws IOException, InterruptedException {
        return Arrays.stream(shell(FILES).split("\n", -1)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Files created since {@link #filesBefore}. */
    Set<String> filesAdded() throws IOException, InterruptedException {
        return filesAdded(before);
    }

    /**
     * Files created since {@code earlier}, without those that another process created on this machine, which are visible through
     * the overlay.
     */
    Set<String> filesAdded(Set<String> earlier) throws IOException, InterruptedException {
        Set<String> added = files();
        added.removeAll(earlier);
        added.removeIf(path -> existsBelowOverlay(path));
        return added;
    }

    /** Files of {@link #filesBefore} that no longer exist. */
    Set<String> filesGone() throws IOException, InterruptedException {
        return filesGone(before);
    }

    /** Files of {@code earlier} that no longer exist, without those that another process removed on this machine. */
    Set<String> filesGone(Set<String> earlier) throws IOException, InterruptedException {
        Set<String> gone = new TreeSet<>(earlier);
        gone.removeAll(files());
        Set<String> here = filesOfThisMachine;
        gone.removeIf(path -> here.contains(path) && !existsBelowOverlay(path));
        return gone;
    }

    /** Whether another process may have created or removed the file: on this machine, below the overlay. */
    private static boolean existsBelowOverlay(String path) {
        return Files.exists(
                Container.RELEASE.resolve(path.substring(path.startsWith("/") ? 1 : 0)), LinkOption.NOFOLLOW_LINKS);
    }

    /** A property of a unit, from {@code systemctl show}. */
    String property(String unit, String name) throws IOException, InterruptedException {
        return run("systemctl", "show", "-P", name, unit).output();
    }

    /** Journal of a unit, including systemd's messages about it. */
    String journal(String unit) throws IOException, InterruptedException {
        return shell("journalctl --sync; journalctl --no-pager -o cat -u " + unit);
    }

    /** Journal of a unit since {@link #provoke} of {@code mark}. */
    String journal(String unit, String mark) throws IOException, InterruptedException {
        return shell("journalctl --sync; journalctl --no-pager -o cat -u " + unit + " --since @"
                + String.format(Locale.ROOT, "%.6f", timeOfMark(mark).orElseThrow()));
    }

    /** Marks the time in the journal and runs a line of bash. */
    void provoke(String mark, String line) throws IOException, InterruptedException {
        shell("systemd-cat -t avatar-test echo " + mark + "; " + line);
    }

    /** Waits until a line of bash succeeds. */
    void await(String what, String condition) throws IOException, InterruptedException {
        Result last = run(
                "bash",
                "-c",
                "for i in {1..1800}; do (" + condition + ") >/dev/null && exit 0; sleep 0.1; done; exit 1");
        assertThat(last.exit()).as("%s: %s", what, journal(RENDERER)).isZero();
    }

    /** Waits until the renderer has become ready after {@code mark}. */
    void awaitReady(String mark) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 240_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            if (readyAfter(mark).isPresent()
                    && property(RENDERER, "ActiveState").equals("active")) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("not ready again after " + mark + ":\n" + journal(RENDERER));
    }

    /** Prints the time from {@code mark} to READY of the renderer and systemd's messages between; returns the messages. */
    List<String> reportReady(String what, String mark) throws IOException, InterruptedException {
        double provoked = timeOfMark(mark).orElseThrow();
        double ready = readyAfter(mark).orElseThrow();
        List<String> steps = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String line : shell(String.format(
                        Locale.ROOT,
                        "journalctl --no-pager -o short-unix _PID=1 UNIT=%s --since @%.6f",
                        RENDERER,
                        provoked))
                .lines()
                .toList()) {
            Matcher step = STEP.matcher(line);
            if (step.find() && Double.parseDouble(step.group(1)) <= ready) {
                steps.add(step.group(2));
                text.append(String.format(
                        Locale.ROOT, ", %.2f %s", Double.parseDouble(step.group(1)) - provoked, step.group(2)));
            }
        }
        // From here on it is the renderer's own time.
        String begun = shell(
                "date -d \"$(systemctl show --timestamp=us -P ExecMainStartTimestamp " + RENDERER + ")\" +%s.%6N");
        System.out.printf(
                Locale.ROOT,
                "%s: %.2f s%s; process started at %.2f%n",
                what,
                ready - provoked,
                text,
                Double.parseDouble(begun) - provoked);
        return steps;
    }

    /** Seconds since the epoch of the last journal entry that starts with {@code start}. */
    Optional<Double> timeOf(String filter, String start) throws IOException, InterruptedException {
        List<String> lines = shell("journalctl --sync; journalctl --no-pager -o short-unix " + filter + " | grep -F ': "
                        + start + "' | tail -1")
                .lines()
                .toList();
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(Double.parseDouble(lines.get(0).split(" ", 2)[0]));
    }

    private Optional<Double> timeOfMark(String mark) throws IOException, InterruptedException {
        return timeOf("-t avatar-test", mark);
    }

    private Optional<Double> readyAfter(String mark) throws IOException, InterruptedException {
        Optional<Double> provoked = timeOfMark(mark);
        return timeOf("_PID=1 UNIT=" + RENDERER, "Started " + RENDERER)
                .filter(ready -> provoked.isPresent() && ready > provoked.get());
    }
}
