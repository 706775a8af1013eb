package io.bev.avatar.launcher.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.launcher.systemd.Container.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The life of an installation on a real systemd, from the first to the last command. Each test goes on from the last. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SystemdIT {

    private static final String RENDERER = "bev-advanced-avatar.service";
    private static final String EXPORTER = "bev-avatar-exporter.service";
    private static final String PAGE = "http://127.0.0.1:8090";
    /** Everything that an installation may touch, but for what systemd and others write for themselves. */
    private static final String FILES = "(find /etc /usr /run/bev* /var/lib/bev* /var/log/bev* -xdev;"
            + " find /var/lib /var/log -maxdepth 1) 2>/dev/null | sort -u"
            + " | grep -vE '/__pycache__|^/etc/((passwd|group|g?shadow|sub[ug]id)-|\\.pwd\\.lock|\\.updated)'";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path directory;

    private static final Path ROOT = repository();
    private static final Path SCRIPTS = ROOT.resolve("systemd");

    @SuppressWarnings("NullAway.Init") // see boot
    private Container machine;

    private Set<String> before = new TreeSet<>();

    /** The repository's root, the nearest folder above that holds the {@code avatar} script. */
    private static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("avatar"))) {
            folder = Optional.ofNullable(folder.getParent()).orElseThrow();
        }
        return folder;
    }

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        Optional<String> obstacle = Container.obstacle();
        assumeTrue(obstacle.isEmpty(), obstacle.orElse(""));
        try {
            machine = Container.boot(directory, ROOT);
        } catch (IOException e) {
            assumeTrue(false, e.getMessage());
        }
        assumeTrue(machine.run("systemctl", "start", "redis-server").exit() == 0, "redis-server is not installed");
        machine.run(SCRIPTS.resolve("uninstall-avatar-service.sh").toString(), "--purge");
        before = files();
    }

    @AfterAll
    @SuppressWarnings("NullAway") // null when none booted
    void powerOff() throws IOException, InterruptedException {
        if (machine != null) {
            machine.powerOff();
        }
    }

    @Test
    @Order(1)
    void install_onFreshMachine_servesOnceFramesFlow() throws Exception {
        Result installed = install("--port", "8090");
        assertThat(installed.exit()).as(installed.output()).isZero();
        assertThat(installed.output())
                .contains("+ system user starlord", "+ /usr/lib/bev-avatar", PAGE + "/  and  http://127.0.0.1:9818");
        assertThat(machine.shell("curl -s -o /dev/null -w '%{http_code}' " + PAGE + "/health"))
                .isEqualTo("200");
        assertThat(machine.shell("curl -s http://127.0.0.1:9818/metrics"))
                .contains("systemd_unit_state{name=\"" + RENDERER + "\",type=\"service\",state=\"active\",} 1.0")
                .contains("avatar_exporter_collector_success{collector=\"renderer\",} 1.0");
        assertThat(machine.shell("systemctl is-enabled bev-avatar.target " + RENDERER + " " + EXPORTER))
                .isEqualTo("enabled\nenabled\nenabled");
        String journal = journal(RENDERER);
        assertThat(journal.indexOf("RUNNING: first frame"))
                .as(journal)
                .isPositive()
                .isLessThan(journal.indexOf("Started " + RENDERER));
        assertThat(property(RENDERER, "User")).isEqualTo("starlord");
        assertThat(machine.shell("stat -c '%a %U %G' /etc/bev-avatar/avatar.yaml /etc/bev-avatar/credentials/*"))
                .isEqualTo("640 root bev-avatar\n600 root root\n600 root root");
    }

    @Test
    @Order(2)
    void units_areValidAndHardened() throws Exception {
        assertThat(machine.shell("systemd-analyze verify " + RENDERER + " " + EXPORTER + " bev-avatar.target"))
                .isEmpty();
        assertThat(exposure(RENDERER)).isLessThanOrEqualTo(1.3);
        assertThat(exposure(EXPORTER)).isLessThanOrEqualTo(1.0);
    }

    @Test
    @Order(3)
    void nativeLibraries_comeFromTheInstallation() throws Exception {
        String maps = machine.shell("cat /proc/" + property(RENDERER, "MainPID") + "/maps");
        assertThat(maps)
                .contains("/usr/lib/bev-avatar/native/libjnidispatch.so")
                .doesNotContain("/tmp/");
    }

    @Test
    @Order(4)
    void installAgain_keepsEditedConfigurationAndRestartsNothing() throws Exception {
        machine.shell("echo '# edited' >>/etc/bev-avatar/avatar.yaml");
        String process = property(RENDERER, "MainPID");
        Result again = install();
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(again.output()).contains("nothing to change", "/etc/bev-avatar/avatar.yaml is kept as it is");
        assertThat(property(RENDERER, "MainPID")).isEqualTo(process);
        assertThat(machine.shell("tail -1 /etc/bev-avatar/avatar.yaml")).isEqualTo("# edited");
    }

    @Test
    @Order(5)
    void kill_isFollowedByReadyWithTheStateRestored() throws Exception {
        machine.shell("redis-cli XADD avatar:state:updates '*' json '{\"emotion\":\"curious\",\"intensity\":0.9}'");
        await("the new state", "curl -s " + PAGE + "/state | grep curious");
        machine.shell("systemctl stop redis-server");
        provoke("kill", "systemctl kill -s KILL --kill-who=main " + RENDERER);
        awaitReady("kill");
        assertThat(machine.shell("curl -s " + PAGE + "/state"))
                .contains("\"emotion\":\"curious\"", "\"intensity\":0.9");
        machine.shell("systemctl start redis-server");
        report("kill -9 to READY with the state restored, Redis away", "kill");
    }

    @Test
    @Order(6)
    void stoppedProcess_isNoticedDumpedAndRestarted() throws Exception {
        provoke("hang", "kill -STOP $(systemctl show -P MainPID " + RENDERER + ")");
        awaitReady("hang");
        assertThat(journal(RENDERER)).contains("Watchdog timeout", "Full thread dump", "\"render\" ");
        assertThat(machine.shell("curl -s http://127.0.0.1:9818/metrics"))
                .contains("avatar_renderer_restarts_total{reason=\"watchdog\",} 1.0");
        report("SIGSTOP to READY", "hang");
    }

    @Test
    @Order(7)
    void failuresInARow_areSpacedMoreAndMore() throws Exception {
        machine.shell("systemctl stop " + RENDERER);
        provoke("row", "systemctl start --no-block " + RENDERER);
        for (int i = 0; i < 4; i++) {
            await("a process", "systemctl show -P MainPID " + RENDERER + " | grep -v '^0$'");
            machine.shell("systemctl kill -s KILL --kill-who=main " + RENDERER
                    + "; while [ $(systemctl show -P NRestarts " + RENDERER + ") -le " + i + " ]; do sleep 0.05; done");
        }
        awaitReady("row");
        List<String> delays = Pattern.compile("starting in (\\d+) s")
                .matcher(journal(RENDERER, "row"))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(delays).containsExactly("1", "2", "4");
    }

    @Test
    @Order(8)
    void badConfiguration_staysDownAndNamesTheKey() throws Exception {
        machine.shell("cp -a /etc/bev-avatar/avatar.yaml /root/avatar.yaml;"
                + " sed -i 's/^  target-fps: .*/  target-fps: nine/' /etc/bev-avatar/avatar.yaml");
        provoke("bad", "systemctl restart " + RENDERER);
        await("failed", "systemctl is-failed " + RENDERER);
        machine.shell("sleep 2");
        assertThat(property(RENDERER, "ActiveState")).isEqualTo("failed");
        assertThat(property(RENDERER, "ExecMainStatus")).isEqualTo("78");
        assertThat(property(RENDERER, "NRestarts")).isEqualTo("0");
        assertThat(journal(RENDERER, "bad")).contains("renderer.target-fps", "nine");
        machine.shell("mv /root/avatar.yaml /etc/bev-avatar/avatar.yaml; systemctl start " + RENDERER);
    }

    @Test
    @Order(9)
    void installThatFails_putsEverythingBack() throws Exception {
        String changing = "/run/.*"; // belongs to the processes
        Set<String> present = files();
        present.removeIf(path -> path.matches(changing));
        Result failed = install("--port", "6379"); // Redis has it
        assertThat(failed.exit()).as(failed.output()).isNotZero();
        assertThat(failed.output()).contains("6379", "putting everything back");
        Set<String> after = files();
        after.removeIf(path -> path.matches(changing));
        assertThat(after).isEqualTo(present);
        await("the renderer at its old port", "curl -sf " + PAGE + "/health/ready");
    }

    @Test
    @Order(10)
    void uninstall_leavesOnlyData() throws Exception {
        Result gone = uninstall();
        assertThat(gone.exit()).as(gone.output()).isZero();
        Set<String> left = files();
        left.removeAll(before);
        assertThat(left)
                .isNotEmpty()
                .allMatch(path ->
                        path.matches("(/etc|/var/lib|/var/log)/bev-avatar(/.*)?|/usr/lib/sysusers.d/bev-avatar.conf"));
        assertThat(machine.shell("systemctl list-units --plain --no-legend 'bev-a*';"
                        + " systemctl list-unit-files --plain --no-legend 'bev-a*'"))
                .isEmpty();
    }

    @Test
    @Order(11)
    void purge_leavesNothing() throws Exception {
        assertThat(install("--no-start").exit()).isZero();
        assertThat(property(RENDERER, "ActiveState")).isEqualTo("inactive");
        Result gone = uninstall("--purge");
        assertThat(gone.exit()).as(gone.output()).isZero();
        Set<String> left = files();
        left.removeAll(before);
        assertThat(left).isEmpty();
        assertThat(files()).containsAll(before);
        assertThat(machine.shell("getent passwd starlord bev-avatar-exporter; getent group bev-avatar"))
                .isEmpty();
    }

    private Result install(String... options) throws IOException, InterruptedException {
        return script("install-avatar-service.sh", options);
    }

    private Result uninstall(String... options) throws IOException, InterruptedException {
        return script("uninstall-avatar-service.sh", options);
    }

    private Result script(String name, String... options) throws IOException, InterruptedException {
        String[] command = new String[options.length + 1];
        command[0] = SCRIPTS.resolve(name).toString();
        System.arraycopy(options, 0, command, 1, options.length);
        return machine.run(command);
    }

    private Set<String> files() throws IOException, InterruptedException {
        return Arrays.stream(machine.shell(FILES).split("\n", -1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private String property(String unit, String name) throws IOException, InterruptedException {
        return machine.run("systemctl", "show", "-P", name, unit).output();
    }

    private double exposure(String unit) throws IOException, InterruptedException {
        String text = machine.shell("systemd-analyze security --no-pager " + unit + " | tail -1");
        Matcher level =
                Pattern.compile("Overall exposure level for \\S+: ([\\d.]+)").matcher(text);
        assertThat(level.find()).as(text).isTrue();
        System.out.println("systemd-analyze security " + unit + ": " + level.group(1));
        return Double.parseDouble(level.group(1));
    }

    /** What the unit said, and systemd about it. */
    private String journal(String unit) throws IOException, InterruptedException {
        return machine.shell("journalctl --sync; journalctl --no-pager -o cat -u " + unit);
    }

    /** The same, since {@link #provoke} of {@code mark}. */
    private String journal(String unit, String mark) throws IOException, InterruptedException {
        return machine.shell("journalctl --sync; journalctl --no-pager -o cat -u " + unit + " --since @"
                + String.format(
                        Locale.ROOT, "%.6f", timeOf("-t avatar-test", mark).orElseThrow()));
    }

    /** Marks the time in the journal and does something. */
    private void provoke(String mark, String line) throws IOException, InterruptedException {
        machine.shell("systemd-cat -t avatar-test echo " + mark + "; " + line);
    }

    private void awaitReady(String mark) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + 90_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            if (readyAfter(mark).isPresent()
                    && property(RENDERER, "ActiveState").equals("active")) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("not ready again after " + mark + ":\n" + journal(RENDERER));
    }

    private Optional<Double> readyAfter(String mark) throws IOException, InterruptedException {
        Optional<Double> provoked = timeOf("-t avatar-test", mark);
        return timeOf("_PID=1 UNIT=" + RENDERER, "Started " + RENDERER)
                .filter(ready -> provoked.isPresent() && ready > provoked.get());
    }

    /** Seconds since the epoch of the last journal entry that starts so. */
    private Optional<Double> timeOf(String filter, String start) throws IOException, InterruptedException {
        String lines = machine.shell("journalctl --sync; journalctl --no-pager -o short-unix " + filter
                + " | grep -F ': " + start + "' | tail -1");
        return lines.isEmpty() ? Optional.empty() : Optional.of(Double.parseDouble(lines.split(" ", 2)[0]));
    }

    private void report(String what, String mark) throws IOException, InterruptedException {
        double seconds =
                readyAfter(mark).orElseThrow() - timeOf("-t avatar-test", mark).orElseThrow();
        System.out.printf(Locale.ROOT, "%s: %.2f s%n", what, seconds);
    }

    private void await(String what, String condition) throws IOException, InterruptedException {
        Result last = machine.run(
                "bash",
                "-c",
                "for i in {1..300}; do (" + condition + ") >/dev/null && exit 0; sleep 0.1; done; exit 1");
        assertThat(last.exit()).as("%s: %s", what, journal(RENDERER)).isZero();
    }
}
