package io.bev.avatar.e2e.systemd;

import static io.bev.avatar.e2e.systemd.BootedContainer.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults in the environment of an installation, on a real systemd. */
class FaultsIT {

    private static final String PAGE = "http://127.0.0.1:8080";
    private static final String STATE = "/var/lib/bev-avatar/renderer";

    @RegisterExtension
    static final BootedContainer machine = new BootedContainer();

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        machine.classArchives(false);
        machine.installed("--no-start");
        // SystemdIT tests the watchdog; here it must not add restarts on a busy machine.
        machine.shell("mkdir -p /etc/systemd/system/" + RENDERER + ".d; printf '[Service]\\nWatchdogSec=0\\n'"
                + " >/etc/systemd/system/" + RENDERER + ".d/50-test.conf; systemctl daemon-reload");
    }

    @BeforeEach
    void healthy() throws IOException, InterruptedException {
        machine.shell("systemctl stop holder 2>/dev/null; sed -i '/-Xmx8m/d' /etc/bev-avatar/environment;"
                + " ! mountpoint -q " + STATE + " || { systemctl stop " + RENDERER + "; umount " + STATE + "; }");
        machine.healthy(PAGE);
    }

    private static String setEmotion(String name) {
        return "curl -s -X POST -H 'Content-Type: application/json' -d '{\"emotion\":\"" + name + "\"}' " + PAGE
                + "/state";
    }

    @Test
    void fullStateDisk_isReported_andRenderingContinues() throws Exception {
        machine.shell("systemctl stop " + RENDERER
                + "; mount -t tmpfs -o size=64k,mode=700,uid=$(id -u starlord) tmpfs " + STATE
                + "; head -c 1M /dev/zero >" + STATE + "/full 2>/dev/null; systemctl start --no-block " + RENDERER);
        machine.await("frames", "curl -sf " + PAGE + "/health/ready");
        machine.shell(setEmotion("focused"));
        machine.await("the new state, saved in Redis", "curl -s " + PAGE + "/state | grep focused");
        machine.await(
                "the reported fault", "curl -s " + PAGE + "/health | grep 'degraded.*state journal cannot be written'");
        machine.await(
                "the alert's metric",
                "curl -s http://127.0.0.1:9818/metrics | grep '^avatar_renderer_state_journal_up 0'");
        machine.shell("rm " + STATE + "/full");
        machine.await(
                "free space", "curl -s http://127.0.0.1:9818/metrics | grep '^avatar_renderer_state_journal_up 1'");
    }

    @Test
    void portInUse_isReported_andServiceStaysDown() throws Exception {
        machine.shell("systemctl stop " + RENDERER);
        machine.provoke(
                "port",
                "systemd-run --quiet --unit holder --collect redis-server --bind 127.0.0.1 --port 8080 --save '';"
                        + " until (: >/dev/tcp/127.0.0.1/8080) 2>/dev/null; do sleep 0.1; done; systemctl start "
                        + RENDERER);
        machine.await("failed", "systemctl is-failed " + RENDERER);
        assertThat(machine.property(RENDERER, "ExecMainStatus")).isEqualTo("78");
        assertThat(machine.journal(RENDERER, "port")).contains("127.0.0.1:8080", "renderer.port");
        assertThat(machine.shell("journalctl --no-pager -o cat -p err -u " + RENDERER))
                .contains("127.0.0.1:8080");
        machine.shell("systemctl stop holder");
        assertThat(machine.run("/usr/lib/bev-avatar/bin/avatar-service-manager.sh", "status")
                        .output())
                .contains("failed since", "exit-code, exit code 78");
    }

    @Test
    void heapOutOfMemory_exitsAndRestarts() throws Exception {
        machine.shell("systemctl stop " + RENDERER);
        machine.provoke(
                "heap",
                "echo 'BEV_AVATAR_JAVA_OPTIONS=-Xms8m -Xmx8m' >>/etc/bev-avatar/environment; systemctl start"
                        + " --no-block "
                        + RENDERER);
        machine.await("a restart", "[ $(systemctl show -P NRestarts " + RENDERER + ") -ge 1 ]");
        assertThat(machine.journal(RENDERER, "heap")).contains("OutOfMemoryError", "status=3/");
    }

    @Test
    void repeatedKills_increaseRestartDelay_untilStableRun() throws Exception {
        machine.shell("systemctl stop " + RENDERER);
        machine.provoke("row", "systemctl start --no-block " + RENDERER);
        for (int i = 0; i < 5; i++) {
            kill(i);
        }
        machine.awaitReady("row");
        assertThat(delays("row")).containsExactly("1", "2", "4", "8");

        // Simulates a run of one minute.
        machine.provoke("stable", "echo 0 >/run/bev-avatar-renderer/started");
        machine.await("an uptime of a minute", "[ $(cut -d. -f1 /proc/uptime) -ge 60 ]");
        kill(5);
        machine.awaitReady("stable");
        assertThat(delays("stable")).as("the first restart is immediate again").isEmpty();
        machine.reportReady("kill -9 after a stable run to READY", "stable");
    }

    private static void kill(int restarts) throws IOException, InterruptedException {
        machine.await("a process", "systemctl show -P MainPID " + RENDERER + " | grep -v '^0$'");
        machine.shell("systemctl kill -s KILL --kill-who=main " + RENDERER);
        machine.await("the restart", "[ $(systemctl show -P NRestarts " + RENDERER + ") -gt " + restarts + " ]");
    }

    private static List<String> delays(String mark) throws IOException, InterruptedException {
        return Pattern.compile("starting in (\\d+) s")
                .matcher(machine.journal(RENDERER, mark))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void reboot_startsEverything_degradedWithoutRedis() throws Exception {
        machine.shell(setEmotion("satisfied") + "; systemctl disable redis-server");
        machine.await("the new state", "curl -s " + PAGE + "/state | grep satisfied");

        machine.reboot();

        machine.await("the renderer", "curl -sf " + PAGE + "/health/ready");
        machine.await("the exporter", "curl -sf http://127.0.0.1:9818/-/ready");
        machine.await(
                "the reported Redis fault",
                "systemctl show -P StatusText " + RENDERER + " | grep '^DEGRADED.*Redis at'");
        assertThat(machine.shell("curl -s " + PAGE + "/state")).contains("satisfied");
        // Directly after boot, systemd may respond after the collector's timeout.
        machine.await(
                "the metric of the renderer unit",
                "curl -s http://127.0.0.1:9818/metrics | grep -F 'systemd_unit_state{name=\"" + RENDERER
                        + "\",type=\"service\",state=\"active\",} 1.0'");

        machine.shell("systemctl start redis-server");
        machine.await("health", "curl -s " + PAGE + "/health | grep '\"status\":\"ok\"'");
        assertThat(machine.property(RENDERER, "NRestarts")).isEqualTo("0");
    }

    @Test
    void controlGroupOutOfMemory_exitsAndRestarts() throws Exception {
        assumeTrue(
                machine.property(RENDERER, "MemoryCurrent").matches("\\d+"),
                "the memory controller is unavailable in containers on this machine");
        machine.provoke("oom", "systemctl set-property --runtime " + RENDERER + " MemoryHigh=infinity MemoryMax=40M");
        machine.await("a restart", "[ $(systemctl show -P NRestarts " + RENDERER + ") -ge 1 ]");
        machine.shell("systemctl set-property --runtime " + RENDERER + " MemoryMax=24G");
        assertThat(machine.journal(RENDERER, "oom")).contains("oom-kill");
        machine.awaitReady("oom");
    }
}
