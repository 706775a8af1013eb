package io.bev.avatar.e2e.systemd;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A machine with a real systemd: this machine's files, or those of another root directory, below a writable overlay in memory, booted
 * by systemd-nspawn with its own network. Its mounts are in a mount namespace that ends with it.
 */
final class Container {

    /**
     * Root directory of the release to boot: that of the property {@code e2e.root}, otherwise that of this machine. docs/reference/distributions.md
     * shows how to create one.
     */
    static final Path RELEASE = Path.of(System.getProperty("e2e.root", "/"));

    private static final String BOOT = """
        set -e
        mount -t tmpfs tmpfs "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay overlay -o "lowerdir=$4,upperdir=$1/upper,workdir=$1/work" "$1/root"
        : >"$1/root/etc/machine-id"
        mkdir -p "$1/root/$2"
        for unit in prometheus prometheus-alertmanager prometheus-node-exporter prometheus-redis-exporter; do
          ln -sf /dev/null "$1/root/etc/systemd/system/$unit.service"
        done
        # Timers write files while a test compares them.
        for timer in "$1"/root/lib/systemd/system/*.timer; do
          ln -sf /dev/null "$1/root/etc/systemd/system/${timer##*/}"
        done
        # Own control groups: otherwise machines that run in parallel share theirs and stop each other's services.
        tree=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
        if [ -n "$tree" ] && mkdir -p "$tree/$3" 2>/dev/null; then echo $$ >"$tree/$3/cgroup.procs" || true; fi
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        reboot=133
        while [ "$reboot" = 133 ]; do
          reboot=0
          systemd-nspawn -D "$1/root" --bind-ro="$2" --register=no --keep-unit --link-journal=no -M "$3" \\
            --private-network --capability=all --system-call-filter="bpf @keyring perf_event_open" \\
            -b --console=read-only systemd.unit=multi-user.target || reboot=$?
        done
        if [ -d "$tree/$3" ]; then
          echo $$ >"$tree/cgroup.procs"
          find "$tree/$3" -depth -type d -exec rmdir {} +
        fi
        """;

    /** Number of containers booted by this process; several may run in parallel. */
    private static final AtomicInteger BOOTED = new AtomicInteger();

    private final Process nspawn;
    private long init;

    private Container(Process nspawn, long init) {
        this.nspawn = nspawn;
        this.init = init;
    }

    /** Exit code and output of a command inside. */
    record Result(int exit, String output) {}

    /** Reason why containers are unavailable; empty if booting one can be attempted. */
    static Optional<String> obstacle() {
        if (!System.getProperty("user.name").equals("root")) {
            return Optional.of("booting systemd requires root");
        }
        if (!Files.isExecutable(Path.of("/usr/bin/systemd-nspawn"))) {
            return Optional.of("systemd-nspawn is not installed: apt-get install systemd-container");
        }
        if (!Files.isExecutable(RELEASE.resolve("lib/systemd/systemd"))) {
            return Optional.of("systemd is not installed in " + RELEASE + ": apt-get install systemd");
        }
        return Optional.empty();
    }

    /**
     * Boots a machine.
     *
     * @param directory empty directory on the root file system
     * @param visible directory visible at the same path inside, read-only
     * @throws IOException when booting fails; the message contains the console output
     */
    static Container boot(Path directory, Path visible) throws IOException, InterruptedException {
        Path mount = Files.createDirectory(directory.resolve("machine"));
        File console = directory.resolve("console").toFile();
        String name = "avatar-" + ProcessHandle.current().pid() + "-" + BOOTED.incrementAndGet();
        Process nspawn = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        BOOT,
                        "boot",
                        mount.toString(),
                        visible.toString(),
                        name,
                        RELEASE.toString())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(console)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(nspawn), "container"));
        Container container = new Container(nspawn, 0);
        if (container.booted(0)) {
            return container;
        }
        end(nspawn);
        throw new IOException("systemd did not boot: " + Files.readString(console.toPath(), StandardCharsets.UTF_8));
    }

    /** Waits until a systemd other than {@code before} has finished booting; false if it does not. */
    private boolean booted(long before) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (nspawn.isAlive() && System.nanoTime() - deadline < 0) {
            Optional<ProcessHandle> child = nspawn.descendants()
                    .filter(handle -> handle.pid() != before
                            && isProgram(handle, "/systemd")
                            && handle.parent()
                                    .filter(parent -> isProgram(parent, "/systemd-nspawn"))
                                    .isPresent())
                    .findFirst();
            if (child.isPresent()) {
                init = child.get().pid();
                if (run("systemctl", "is-system-running").output.matches("running|degraded")) {
                    return true;
                }
            }
            Thread.sleep(200);
        }
        return false;
    }

    private static boolean isProgram(ProcessHandle process, String name) {
        return process.info().command().orElse("").endsWith(name);
    }

    private static void end(Process nspawn) {
        // The boot loop first, so that it does not boot again.
        List<ProcessHandle> all = nspawn.descendants().toList();
        nspawn.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** Reboots with the current files. */
    void reboot() throws IOException, InterruptedException {
        long before = init;
        run("systemctl", "reboot", "--no-block");
        if (!booted(before)) {
            throw new IOException("the machine did not reboot");
        }
    }

    /** Runs a command inside, as root. */
    Result run(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(
                List.of("nsenter", "-t", Long.toString(init), "-m", "-u", "-i", "-n", "-p", "-C", "--"));
        words.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().remove("JAVA_HOME");
        Process process = builder.redirectInput(new File("/dev/null")).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), text.strip());
    }

    /** Runs a line of shell inside; returns its output. */
    String shell(String line) throws IOException, InterruptedException {
        return run("bash", "-c", line).output;
    }

    /** Shuts the machine down. */
    void powerOff() throws IOException, InterruptedException {
        if (nspawn.isAlive()) {
            run("systemctl", "poweroff", "--no-block");
            if (!nspawn.waitFor(30, TimeUnit.SECONDS)) {
                end(nspawn);
                nspawn.waitFor();
            }
        }
    }
}
