package io.bev.avatar.e2e.systemd;

import static io.bev.avatar.e2e.systemd.BootedContainer.ARCHIVES;
import static io.bev.avatar.e2e.systemd.BootedContainer.EXPORTER;
import static io.bev.avatar.e2e.systemd.BootedContainer.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.e2e.systemd.Container.Result;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Life cycle of an installation on a real systemd, from installation to removal. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SystemdIT {

    private static final String PAGE = "http://127.0.0.1:8090";

    @RegisterExtension
    static final BootedContainer machine = new BootedContainer();

    private static String installed = "";

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        // Left by an older Java version.
        machine.shell("mkdir /var/cache/bev-avatar && cd /var/cache/bev-avatar"
                + " && tee renderer.jsa renderer.inputs exporter.jsa exporter.inputs <<<'another Java'");
        installed = machine.installed("--user", "painter", "--port", "8090");
    }

    @BeforeEach
    void healthy() throws IOException, InterruptedException {
        machine.watchdog(false);
        machine.shell("[ ! -e /root/avatar.yaml ] || mv /root/avatar.yaml /etc/bev-avatar/avatar.yaml");
        machine.healthy(PAGE);
    }

    @Test
    @Order(1)
    void install_onFreshMachine_isReadyAfterFirstFrame() throws Exception {
        assertThat(installed)
                .contains("+ system user painter", "+ /usr/lib/bev-avatar", PAGE + "/  and  http://127.0.0.1:9818");
        assertThat(machine.shell("curl -s -o /dev/null -w '%{http_code}' " + PAGE + "/health"))
                .isEqualTo("200");
        // On a busy machine a source may be missing from one scrape.
        for (String metric : List.of(
                "systemd_unit_state{name=\"" + RENDERER + "\",type=\"service\",state=\"active\",} 1.0",
                "avatar_exporter_collector_success{collector=\"renderer\",} 1.0")) {
            machine.await(metric, "curl -s http://127.0.0.1:9818/metrics | grep -F '" + metric + "'");
        }
        assertThat(machine.shell("systemctl is-enabled bev-avatar.target " + RENDERER + " " + EXPORTER))
                .isEqualTo("enabled\nenabled\nenabled");
        // By the timestamps in the messages: the journal may record them in another order.
        Matcher firstFrame = Pattern.compile("\"timestamp\":\"([^\"]+)\"[^\n]*RUNNING: first frame")
                .matcher(machine.journal(RENDERER));
        assertThat(firstFrame.find()).isTrue();
        Instant active = Instant.ofEpochMilli(Long.parseLong(machine.shell(
                "date -d \"$(systemctl show --timestamp=us -P ActiveEnterTimestamp " + RENDERER + ")\" +%s%3N")));
        assertThat(Instant.parse(firstFrame.group(1))).isBeforeOrEqualTo(active);
        assertThat(machine.property(RENDERER, "User")).isEqualTo("painter");
        assertThat(machine.shell("stat -c %U /proc/" + machine.property(RENDERER, "MainPID")
                        + " /var/lib/bev-avatar/renderer /var/log/bev-avatar/renderer; getent passwd starlord"))
                .isEqualTo("painter\npainter\npainter");
        assertThat(machine.shell("stat -c '%a %U %G' /etc/bev-avatar/avatar.yaml /etc/bev-avatar/credentials/*"))
                .isEqualTo("640 root bev-avatar\n600 root root\n600 root root");
    }

    @Test
    @Order(2)
    void units_areValidAndHardened() throws Exception {
        assertThat(machine.shell("systemd-analyze verify --man=no " + RENDERER + " " + EXPORTER + " " + ARCHIVES
                        + " bev-avatar.target"))
                .isEmpty();
        assertThat(exposure(RENDERER)).isLessThanOrEqualTo(1.3);
        assertThat(exposure(EXPORTER)).isLessThanOrEqualTo(1.9);
        assertThat(exposure(ARCHIVES)).isLessThanOrEqualTo(1.3);
    }

    @Test
    @Order(3)
    void nativeLibraries_areLoadedFromInstallation() throws Exception {
        String maps = machine.shell("cat /proc/" + machine.property(RENDERER, "MainPID") + "/maps");
        assertThat(maps)
                .contains("/usr/lib/bev-avatar/native/libjnidispatch.so")
                .doesNotContain("/tmp/");
    }

    @Test
    @Order(4)
    void classArchives_areRecreatedAndUsed_andFaultyOneIsIgnored() throws Exception {
        String made = "[ -e /var/cache/bev-avatar/exporter.env ]";
        if (machine.run("bash", "-c", made).exit() != 0) {
            // The training run may time out during installation on a busy machine.
            machine.await(
                    "the archives",
                    made + " || { systemctl start " + ARCHIVES + "; while systemctl is-active -q " + ARCHIVES
                            + "; do sleep 0.2; done; " + made + "; }");
            machine.shell("systemctl restart " + RENDERER + " " + EXPORTER);
        }
        assertThat(machine.shell("stat -c '%n %U' /var/cache/bev-avatar/*.jsa"))
                .isEqualTo("/var/cache/bev-avatar/exporter.jsa root\n/var/cache/bev-avatar/renderer.jsa root");
        for (String unit : List.of(RENDERER, EXPORTER)) {
            assertThat(mapped(unit)).as(unit).containsPattern("/var/cache/bev-avatar/(renderer|exporter)\\.jsa");
        }
        assertThat(machine.shell("cat /var/cache/bev-avatar/exporter.inputs"))
                .contains("/usr/lib/bev-avatar/exporter/avatar-exporter.jar")
                .doesNotContain("another Java");
        assertThat(machine.shell("find /var/cache/bev-avatar -name 'sandbox-*'"))
                .isEmpty();

        // Replaced, not overwritten: running processes have it mapped.
        for (String fault : List.of(
                "rm exporter.jsa; echo 'of another Java' >exporter.jsa", "rm exporter.jsa", "rm exporter.env")) {
            machine.shell("cd /var/cache/bev-avatar; mkdir /root/kept; cp -a exporter.* /root/kept; " + fault
                    + "; systemctl restart " + EXPORTER);
            assertThat(machine.property(EXPORTER, "ActiveState")).as(fault).isEqualTo("active");
            assertThat(mapped(EXPORTER)).as(fault).doesNotContain("exporter.jsa");
            machine.shell(
                    "rm /var/cache/bev-avatar/exporter.*; mv /root/kept/* /var/cache/bev-avatar; rmdir /root/kept");
        }
    }

    private static String mapped(String unit) throws IOException, InterruptedException {
        return machine.shell("cat /proc/" + machine.property(unit, "MainPID") + "/maps");
    }

    @Test
    @Order(5)
    void installAgain_keepsEditedConfiguration_andRestartsNothing() throws Exception {
        machine.shell("echo '# edited' >>/etc/bev-avatar/avatar.yaml");
        String process = machine.property(RENDERER, "MainPID");
        Result again = machine.install();
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(again.output()).contains("nothing to change", "/etc/bev-avatar/avatar.yaml is kept unchanged");
        assertThat(machine.property(RENDERER, "MainPID")).isEqualTo(process);
        assertThat(machine.shell("tail -1 /etc/bev-avatar/avatar.yaml")).isEqualTo("# edited");

        // Version 0.1 installed a copy of all defaults.
        machine.shell("cd /etc/bev-avatar; cp -a avatar.yaml avatar.yaml.saved;"
                + " sed 's/^  save-interval: .*/  save-interval: 20s/' avatar.yaml.example >avatar.yaml");
        Result shortened = machine.install("--no-start");
        assertThat(shortened.output()).contains("only the values that differ", "save-interval: 20s");
        assertThat(machine.shell("grep -v '^ *#' /etc/bev-avatar/avatar.yaml | grep ."))
                .isEqualTo("state:\n  save-interval: 20s");
        assertThat(machine.shell("avatar config diff")).contains("state.save-interval: 20s  # default 30s");
        machine.shell("cd /etc/bev-avatar; mv avatar.yaml.saved avatar.yaml; rm avatar.yaml.0.1");
    }

    @Test
    @Order(6)
    void kill_restartsWithStateRestored() throws Exception {
        machine.shell("redis-cli XADD avatar:state:updates '*' json '{\"emotion\":\"curious\",\"intensity\":0.9}'");
        machine.await("the new state", "curl -s " + PAGE + "/state | grep curious");
        machine.shell("systemctl stop redis-server");
        machine.provoke("kill", "systemctl kill -s KILL --kill-who=main " + RENDERER);
        machine.awaitReady("kill");
        assertThat(machine.shell("curl -s " + PAGE + "/state"))
                .contains("\"emotion\":\"curious\"", "\"intensity\":0.9");
        machine.shell("systemctl start redis-server");
        assertThat(machine.reportReady("kill -9 to READY with the state restored, Redis stopped", "kill"))
                .containsExactly("Main process exited", "Scheduled restart", "Starting", "Started");
    }

    @Test
    @Order(7)
    void stoppedProcess_isDetectedDumpedAndRestarted() throws Exception {
        machine.watchdog(true);
        machine.shell("systemctl restart " + RENDERER);
        machine.provoke("hang", "systemctl kill -s STOP --kill-who=main " + RENDERER);
        machine.watchdog(false); // for the next start, which may exceed the watchdog timeout on a busy machine
        machine.awaitReady("hang");
        assertThat(machine.journal(RENDERER)).contains("Watchdog timeout", "Full thread dump", "\"render\" ");
        machine.await(
                "the restart counter",
                "curl -s http://127.0.0.1:9818/metrics"
                        + " | grep -F 'avatar_renderer_restarts_total{reason=\"watchdog\",} 1.0'");
        assertThat(machine.reportReady("SIGSTOP to READY", "hang"))
                .containsExactly("Watchdog timeout", "Main process exited", "Scheduled restart", "Starting", "Started");
    }

    @Test
    @Order(8)
    void invalidConfiguration_staysDown_andReportsKey() throws Exception {
        machine.shell("cp -a /etc/bev-avatar/avatar.yaml /root/avatar.yaml;"
                + " printf 'renderer:\\n  target-fps: nine\\n' >>/etc/bev-avatar/avatar.yaml");
        machine.provoke("bad", "systemctl restart " + RENDERER);
        machine.await("failed", "systemctl is-failed " + RENDERER);
        machine.shell("sleep 2");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("failed");
        assertThat(machine.property(RENDERER, "ExecMainStatus")).isEqualTo("78");
        assertThat(machine.property(RENDERER, "NRestarts")).isEqualTo("0");
        assertThat(machine.journal(RENDERER, "bad")).contains("renderer.target-fps", "nine");
    }

    @Test
    @Order(9)
    void failedInstall_revertsAllChanges() throws Exception {
        // Running services may create and remove files there at any time.
        String changing = "/run/.*|/var/(lib|log)/bev-avatar/(renderer|exporter)/.*";
        Set<String> present = machine.files();
        present.removeIf(path -> path.matches(changing));
        Result failed = machine.install("--port", "6379"); // used by Redis
        assertThat(failed.exit()).as(failed.output()).isNotZero();
        assertThat(failed.output()).contains("6379", "reverting all changes", "running now: ");
        Set<String> after = machine.files();
        after.removeIf(path -> path.matches(changing));
        assertThat(after).isEqualTo(present);
        machine.await("the renderer on its previous port", "curl -sf " + PAGE + "/health/ready");
    }

    @Test
    @Order(10)
    void uninstall_keepsOnlyData_purgeRemovesEverything() throws Exception {
        Result gone = machine.uninstall();
        assertThat(gone.exit()).as(gone.output()).isZero();
        Set<String> left = machine.filesAdded();
        assertThat(left)
                .isNotEmpty()
                .allMatch(path ->
                        path.matches("(/etc|/var/lib|/var/log)/bev-avatar(/.*)?|/usr/lib/sysusers.d/bev-avatar.conf"));
        assertThat(machine.shell("systemctl list-units --plain --no-legend 'bev-a*';"
                        + " systemctl list-unit-files --plain --no-legend 'bev-a*'"))
                .isEmpty();

        machine.shell("useradd --system keeper");
        Result again = machine.install("--no-start", "--user", "keeper");
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(again.output()).contains("= user keeper exists and is used");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("inactive");
        Result purged = machine.uninstall("--purge");
        assertThat(purged.exit()).as(purged.output()).isZero();
        assertThat(machine.filesAdded()).isEmpty();
        assertThat(machine.filesGone()).isEmpty();
        assertThat(machine.shell("getent passwd painter bev-avatar-exporter; getent group bev-avatar"))
                .isEmpty();
        assertThat(machine.shell("getent passwd keeper && userdel keeper"))
                .as("existed before")
                .startsWith("keeper:");
    }

    private static double exposure(String unit) throws IOException, InterruptedException {
        String text = machine.shell("systemd-analyze security --no-pager " + unit + " | tail -1");
        Matcher level =
                Pattern.compile("Overall exposure level for \\S+: ([\\d.]+)").matcher(text);
        assertThat(level.find()).as(text).isTrue();
        System.out.println("systemd-analyze security " + unit + ": " + level.group(1));
        return Double.parseDouble(level.group(1));
    }
}
