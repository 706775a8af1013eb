package io.bev.avatar.e2e.systemd;

import static io.bev.avatar.e2e.systemd.BootedContainer.EXPORTER;
import static io.bev.avatar.e2e.systemd.BootedContainer.RENDERER;
import static io.bev.avatar.e2e.systemd.BootedContainer.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.e2e.systemd.Container.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Operation of an installation with its commands, on a real systemd. */
class OperationIT {

    private static final String PAGE = "http://127.0.0.1:8080";
    private static final String BIN = "/usr/lib/bev-avatar/bin/";
    private static final String REDIS_SECRET = "open-sesame";

    /** Minimum of free disk and memory for the pre-start checks, in GB. */
    private static final String MINIMUMS = "avatar config set exporter.check.disk-free-gb %1$d && avatar config set"
            + " exporter.check.memory-available-gb %1$d";

    @RegisterExtension
    static final BootedContainer machine = new BootedContainer();

    private static Result manager(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BIN + "avatar-service-manager.sh"));
        command.addAll(Arrays.asList(words));
        return machine.run(command.toArray(String[]::new));
    }

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        machine.classArchives(false);
        machine.installed("--no-start");
        machine.shell("echo BEV_REDIS_URL=redis://:" + REDIS_SECRET + "@127.0.0.1:6379 >>/etc/bev-avatar/environment;"
                + " redis-cli config set requirepass " + REDIS_SECRET);
    }

    @BeforeEach
    void healthy() throws IOException, InterruptedException {
        machine.shell("systemctl stop viewer updates page browser 2>/dev/null; " + MINIMUMS.formatted(0));
        machine.healthy(PAGE);
    }

    @Test
    void start_runsChecks_andWaitsUntilReady() throws Exception {
        machine.shell("systemctl stop " + RENDERER + "; " + MINIMUMS.formatted(1_000_000));

        Result rejected = manager("start");
        assertThat(rejected.exit()).as(rejected.output()).isEqualTo(69);
        assertThat(rejected.output()).contains("✗ disk", "--force").doesNotContain("✓ redis", "\033[");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("inactive");

        machine.shell(MINIMUMS.formatted(0));
        Result started = manager("start");
        assertThat(started.exit()).as(started.output()).isZero();
        assertThat(started.output()).contains("renderer activating", "✓ " + PAGE + "/  ready after");
        assertThat(manager("start").output()).contains(PAGE);
    }

    @Test
    void status_fitsOneScreen_forAnyUser() throws Exception {
        machine.await("Redis", "curl -s " + PAGE + "/health | grep '\"connected\":true'");
        Result status = manager("status");
        assertThat(status.exit()).as(status.output()).isZero();
        assertThat(status.output().lines()).allMatch(line -> line.length() <= 80);
        assertThat(status.output().replaceAll("\\n {11}", " "))
                .containsPattern("renderer +active for \\d+")
                .containsPattern("exporter +active for \\d+")
                .containsPattern("page +" + Pattern.quote(PAGE) + "/  ok")
                .contains("640x360", "backend cpu", "Redis connected", "metrics    http://127.0.0.1:9818/metrics  ok")
                .containsPattern("memory +renderer [1-9]\\d* of 24576 MiB, exporter [1-9]")
                .doesNotContain("\033[", REDIS_SECRET);
        assertThat(status.output().lines().count()).isLessThanOrEqualTo(16);

        String asNobody = "setpriv --reuid nobody --regid nogroup --clear-groups env HOME=/tmp/nobody ";
        assertThat(machine.shell(asNobody + BIN + "avatar-service-manager.sh status"))
                .contains("renderer   active", "only root and the group bev-avatar");
        for (String command :
                List.of("start", "stop", "restart", "recover", "diagnostics", "enable", "disable", "logs roll")) {
            Result rejected =
                    machine.run("bash", "-c", asNobody + BIN + "avatar-service-manager.sh " + command + " 2>&1");
            assertThat(rejected.exit()).as(command).isEqualTo(77);
            assertThat(rejected.output()).containsPattern("requires root: sudo|only root can read: sudo");
        }
        assertThat(machine.shell(asNobody + BIN + "avatar-service-manager.sh logs 5 2>&1"))
                .contains("only root and the groups adm and systemd-journal can read the journal");
        assertThat(machine.shell(asNobody + BIN + "avatar-service-manager.sh health once --json 2>&1"))
                .contains("the defaults are used", "\"check\":\"service\"");
        assertThat(machine.shell(asNobody + "curl -s " + PAGE + "/health")).contains("\"status\":");
        // Operations that systemd and the kernel deny to any process of this user.
        String process = machine.property(RENDERER, "MainPID");
        for (String attempt : List.of(
                "systemctl --no-ask-password stop " + RENDERER,
                "kill -9 " + process,
                "cat /etc/bev-avatar/avatar.yaml",
                "ls /var/lib/bev-avatar/renderer")) {
            assertThat(machine.run("bash", "-c", asNobody + attempt).exit())
                    .as(attempt)
                    .isNotZero();
        }
        assertThat(machine.property(RENDERER, "MainPID")).isEqualTo(process);
    }

    /** {@code -Dgolden.update=true} writes docs/specification.md, with {@code -De2e.root} that of its release. */
    @Test
    void specification_isMet_rowByRow() throws Exception {
        String table = SpecificationTable.of(machine);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(ROOT.resolve("docs").resolve(SpecificationTable.file(machine)), table);
        }
    }

    @Test
    void health_usesInstalledThresholds() throws Exception {
        Result once = manager("health", "once", "--json");
        // The result depends on this machine; 78 would mean that no thresholds were found.
        assertThat(once.exit()).as(once.output()).isBetween(0, 2);
        assertThat(once.output()).contains("\"check\":\"redis\"", "\"check\":\"service\"");
        assertThat(manager("health", "status").output()).contains("s old");
    }

    @Test
    void journal_hasPrioritiesAndContext_andLevelsCanBeChanged() throws Exception {
        machine.provoke("logs", "systemctl restart " + RENDERER);
        Result level = manager("logs", "level", "io.bev.avatar.renderer", "DEBUG");
        assertThat(level.output()).contains("logger io.bev.avatar.renderer set to DEBUG");
        assertThat(manager("logs", "level", "io.bev.avatar.renderer", "LOUD").exit())
                .isEqualTo(70);
        manager("logs", "level", "io.bev.avatar.renderer", "INHERIT");
        assertThat(manager("logs", "roll").exit()).isZero();

        assertThat(machine.journal(RENDERER, "logs"))
                .containsPattern("\\{\"timestamp\":\"[^\"]+\",\"level\":\"INFO\",\"logger\":\"io.bev.avatar[^\"]+\","
                        + "\"thread\":\"[^\"]+\",\"message\":\"logger io.bev.avatar.renderer set to DEBUG\","
                        + "\"frame\":[1-9]\\d*,\"state\":\\d+}");
        assertThat(machine.shell("journalctl --no-pager -o cat -p warning -u " + RENDERER))
                .contains("log file closed on request")
                .doesNotContain("set to DEBUG");
        // Only lines of the service itself: systemd also logs about the unit.
        assertThat(machine.shell("journalctl --no-pager -o json _SYSTEMD_UNIT=" + RENDERER
                        + " | grep -F 'log file closed on request' | tail -n 1"
                        + " | grep -o '\"PRIORITY\" *: *\"[^\"]*\"'"))
                .containsPattern("PRIORITY.*4\"");
        assertThat(machine.shell("journalctl --no-pager -o json _SYSTEMD_UNIT=" + RENDERER
                        + " | grep -F 'set to DEBUG' | tail -n 1"
                        + " | grep -o '\"PRIORITY\" *: *\"[^\"]*\"'"))
                .containsPattern("PRIORITY.*6\"");
        // Any thread may write the first line of the new file.
        assertThat(machine.shell("ls /var/log/bev-avatar/renderer;"
                        + " grep -F 'log file closed on request' /var/log/bev-avatar/renderer/renderer.jsonl"))
                .containsPattern("renderer\\.[-0-9]+\\.0\\.jsonl(\\.gz)?")
                .contains("log file closed on request");
        assertThat(manager("logs", "200").output())
                .contains("INFO  Lifecycle: INITIALIZING -> RUNNING: first frame")
                .doesNotContain("{\"timestamp\"");
    }

    @Test
    void diagnostics_containEverythingExceptSecrets() throws Exception {
        // A scrape on a busy machine may miss the renderer: wait for one that does not.
        machine.await("the renderer's metrics", "curl -s http://127.0.0.1:9818/metrics | grep '^avatar_renderer_up 1'");
        Result made = manager("diagnostics", "/root/d.tar.gz");
        assertThat(made.exit()).as(made.output()).isZero();
        machine.shell("cd /root && tar xzf d.tar.gz");
        String directory = "/root/bev-avatar-diagnostics/";
        assertThat(machine.shell("cat " + directory + "versions"))
                .contains("avatar-renderer", "avatar-exporter", "systemd");
        assertThat(machine.shell("cat " + directory + "bev-advanced-avatar.threads"))
                .contains("Full thread dump", "\"render\" ");
        assertThat(machine.shell("cat " + directory + "mbeans.json")).contains("bev.avatar:type=Frames");
        assertThat(machine.shell("cat " + directory + "metrics")).contains("avatar_renderer_up ");
        assertThat(machine.shell("cat " + directory + "avatar.yaml")).contains("target-fps");
        assertThat(machine.shell("cat " + directory + "checks.json")).contains("\"prestart\"");
        assertThat(machine.shell("grep -rlF -e " + REDIS_SECRET
                        + " $(for f in /etc/bev-avatar/credentials/*; do printf -- '-e %s ' \"$(cat $f)\"; done) "
                        + directory + " /var/log/bev-avatar; journalctl --no-pager -u " + RENDERER + " -u " + EXPORTER
                        + " | grep -F " + REDIS_SECRET))
                .as("secrets")
                .isEmpty();
        assertThat(machine.shell("stat -c %a /root/d.tar.gz")).isEqualTo("600");
    }

    @Test
    void gpuCleanup_terminatesProcessesOfEarlierRun_andSkipsCurrentRun() throws Exception {
        assumeTrue(
                machine.run(
                                        "gcc",
                                        "-shared",
                                        "-fPIC",
                                        "-pthread",
                                        "-o",
                                        "/root/libnvidia-ml.so.1",
                                        ROOT.resolve("exporter/src/simulator/nvml_simulator.c")
                                                .toString())
                                .exit()
                        == 0,
                "gcc is not installed");
        String currentRun = machine.property(RENDERER, "MainPID");
        String[] others = machine.shell("cp /root/libnvidia-ml.so.1 /usr/lib/;"
                        + " INVOCATION_ID=earlier setsid sleep 600 >/dev/null 2>&1 </dev/null & left=$!;"
                        + " setsid sleep 600 >/dev/null 2>&1 </dev/null & other=$!;"
                        + " group=/sys/fs/cgroup$(systemctl show -P ControlGroup " + RENDERER + ");"
                        + " [ -d $group ] || group=/sys/fs/cgroup/systemd$(systemctl show -P ControlGroup " + RENDERER
                        + ");"
                        + " echo $left >$group/cgroup.procs;"
                        + " printf 'process = %s C 1048576\\n' " + currentRun
                        + " $left $other >/usr/lib/libnvidia-ml.so.1.scenario; echo $left $other")
                .split(" ", -1);

        Result cleaned = machine.run(BIN + "scripts/cleanup-gpu.sh");

        machine.shell("rm -f /usr/lib/libnvidia-ml.so.1*");
        assertThat(cleaned.exit()).as(cleaned.output()).isZero();
        assertThat(cleaned.output())
                .contains(others[0] + " (sleep), 1 MiB", "terminated", currentRun + " (java), 1 MiB", "current run")
                .doesNotContain(others[1] + " (");
        machine.await("the end of the process", "! kill -0 " + others[0]);
        assertThat(machine.shell("kill " + others[1] + " && echo there")).isEqualTo("there");
        assertThat(machine.property(RENDERER, "MainPID")).isEqualTo(currentRun);
    }

    @Test
    void upgradeUnderLoad_restartsOnce_keepsState_andViewersReconnect() throws Exception {
        machine.shell("systemd-run --quiet --unit viewer --collect -p StandardOutput=file:/root/viewer"
                + " /usr/bin/java -cp " + ROOT.resolve("e2e/target/test-classes") + " "
                + Viewer.class.getName()
                + " ws://127.0.0.1:8080/ws; systemd-run --quiet --unit updates --collect bash -c 'for ((i = 1;"
                + " ; i++)); do redis-cli"
                + " --no-auth-warning"
                + " -a " + REDIS_SECRET + " XADD avatar:state:updates \"*\" json"
                + " \"{\\\"emotion\\\":\\\"curious\\\",\\\"intensity\\\":0.$((i % 9 +"
                + " 1))}\" >/dev/null; sleep 0.02; done'");
        machine.await("frames", "grep '^1 [1-9]' /root/viewer");
        boolean browser = machine.run("test", "-x", "/usr/bin/chromium").exit() == 0;
        if (browser) {
            machine.shell("systemd-run --quiet --unit browser --collect /usr/bin/chromium --headless=new --no-sandbox"
                    + " --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking"
                    + " --disable-component-update --disable-sync --user-data-dir=/root/browser"
                    + " --remote-debugging-port=9222 " + PAGE + "/;"
                    + " systemd-run --quiet --unit page --collect -p StandardOutput=file:/root/page /usr/bin/java -cp "
                    + ROOT.resolve("e2e/target/test-classes") + " " + PageWatcher.class.getName()
                    + " http://127.0.0.1:9222");
            machine.await("the page", "grep '^true 0 [1-9]' /root/page");
        }
        // Appears as another version to the installer.
        machine.shell("echo old >>/usr/lib/bev-avatar/bin/lib.sh");
        String before = machine.shell("grep -c . /root/viewer; tail -1 /root/viewer | cut -d' ' -f2");
        machine.provoke("upgrade", "true");

        Result upgraded = machine.install();

        BootedContainer.assertInstalled(upgraded);
        assertThat(upgraded.output()).contains("~ /usr/lib/bev-avatar");
        machine.await("reconnection of the viewer", "grep '^2 [1-9]' /root/viewer");
        if (browser) {
            machine.await("reconnection of the page", "grep '^true [1-9][0-9]* [1-9]' /root/page");
            long shownByPageBefore =
                    Long.parseLong(machine.shell("grep '^true 0 ' /root/page | tail -1 | cut -d' ' -f3"));
            long shownByPageAfter =
                    Long.parseLong(machine.shell("grep '^true [1-9]' /root/page | tail -1 | cut -d' ' -f3"));
            assertThat(shownByPageAfter).as("state shown by the page").isGreaterThanOrEqualTo(shownByPageBefore);
        } else {
            System.out.println("chromium is not installed: page not tested");
        }
        machine.shell("systemctl stop updates viewer; systemctl stop page browser 2>/dev/null");
        assertThat(machine.journal(RENDERER, "upgrade").split("Started " + RENDERER, -1))
                .as("one restart")
                .hasSize(2);
        long shownBefore = Long.parseLong(before.split("\n", -1)[1]);
        long shownAfter = Long.parseLong(machine.shell("grep -m 1 '^2 [1-9]' /root/viewer | cut -d' ' -f2"));
        assertThat(shownAfter).as("state sequence after the upgrade").isGreaterThanOrEqualTo(shownBefore);
        machine.reportReady("upgrade: start of the installer to READY", "upgrade");
    }

    @Test
    void plannedRestart_isDisabledByDefault_andOnlyRestartsActiveService() throws Exception {
        machine.shell("cp " + ROOT.resolve("systemd/units") + "/bev-avatar-restart.* /etc/systemd/system/;"
                + " systemctl daemon-reload");
        assertThat(machine.shell("systemd-analyze verify bev-avatar-restart.timer bev-avatar-restart.service"))
                .isEmpty();
        assertThat(machine.shell("systemctl is-enabled bev-avatar-restart.timer"))
                .isEqualTo("disabled");
        // Exit code 7 of curl: refused.
        machine.shell("systemd-run --quiet --unit probe --collect -p StandardOutput=file:/root/probe bash -c"
                + " 'while :; do curl -s -o /dev/null -m 60 " + PAGE + "/health/live; echo $?; sleep 0.02; done'");
        machine.await("answers", "grep '^0$' /root/probe");
        machine.provoke("planned", "systemctl start bev-avatar-restart.service");
        machine.awaitReady("planned");
        machine.shell("systemctl stop probe");
        assertThat(machine.shell("grep -c '^7$' /root/probe || true"))
                .as("connections refused during the restart")
                .isEqualTo("0");
        assertThat(machine.journal(RENDERER, "planned")).contains("on the socket of the previous process");
        machine.shell("systemctl stop " + RENDERER + "; systemctl start bev-avatar-restart.service");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("inactive");
        assertThat(machine.run("curl", "-s", PAGE + "/health/live").exit())
                .as("refused while stopped")
                .isEqualTo(7);
        machine.provoke("again", "systemctl start --no-block " + RENDERER);
        machine.awaitReady("again");
    }

    @Test
    void recover_killsHungServices_andStartsThemAgain() throws Exception {
        String before = machine.property(RENDERER, "InvocationID");
        machine.shell("systemctl kill -s STOP --kill-who=main " + RENDERER);
        Result recovered = manager("recover");
        assertThat(recovered.exit()).as(recovered.output()).isZero();
        assertThat(recovered.output()).contains("GPU memory", "ready after");
        assertThat(machine.property(RENDERER, "InvocationID")).isNotEqualTo(before);
        assertThat(manager("recover", "--reset").exit()).isEqualTo(64);
    }
}
