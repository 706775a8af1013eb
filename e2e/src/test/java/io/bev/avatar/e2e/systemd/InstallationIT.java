package io.bev.avatar.e2e.systemd;

import static io.bev.avatar.e2e.systemd.BootedContainer.EXPORTER;
import static io.bev.avatar.e2e.systemd.BootedContainer.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.e2e.systemd.Container.Result;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Parts of an installation other than the two services, on a real systemd. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InstallationIT {

    private static final String GPU = "bev-avatar-gpu.service";
    private static final String AS_NOBODY = "setpriv --reuid nobody --regid nogroup --clear-groups ";

    /** Files of the simulated GPU. */
    private static final String SIMULATED_GPU =
            "/usr/lib/avatar-test /var/lib/avatar-test /etc/systemd/system/bev-avatar-gpu.service.d";

    @RegisterExtension
    static final BootedContainer machine = new BootedContainer();

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        machine.classArchives(false);
        machine.shell("systemctl disable --now redis-server");
        assertThat(machine.installed()).contains("+ redis-server.service enabled and started", "health: ok");
        assertThat(machine.shell("systemctl is-enabled redis-server")).isEqualTo("enabled");
    }

    @BeforeEach
    void healthy() throws IOException, InterruptedException {
        machine.shell("cp /usr/share/bev-avatar/avatar.yaml.example /etc/bev-avatar/avatar.yaml;"
                + " rm -rf /run/systemd/system/" + EXPORTER + ".d " + SIMULATED_GPU + "; systemctl daemon-reload");
        machine.healthy("http://127.0.0.1:8080");
    }

    @Test
    @Order(1)
    void install_startsInOrder() throws Exception {
        double redis = Double.parseDouble(
                machine.shell("echo $(($(systemctl show -P ActiveEnterTimestampMonotonic redis-server)))"));
        double gpu = machine.timeOf("_PID=1 UNIT=" + GPU, "Finished " + GPU).orElseThrow();
        double renderer = machine.timeOf("_PID=1 UNIT=" + RENDERER, "Starting " + RENDERER)
                .orElseThrow();
        double rendererReady =
                machine.timeOf("_PID=1 UNIT=" + RENDERER, "Started " + RENDERER).orElseThrow();
        double exporter = machine.timeOf("_PID=1 UNIT=" + EXPORTER, "Starting " + EXPORTER)
                .orElseThrow();
        assertThat(redis).isPositive();
        assertThat(renderer).isGreaterThanOrEqualTo(gpu);
        assertThat(exporter).isGreaterThanOrEqualTo(rendererReady);
        assertThat(machine.property(RENDERER, "After"))
                .contains("redis-server.service", "docker.service", "nvidia-persistenced.service", GPU)
                .contains("network-online.target");
        assertThat(machine.journal(GPU)).contains("no NVIDIA GPU found, nothing to set up");
        assertThat(machine.property(EXPORTER, "Type")).isEqualTo("notify");
    }

    @Test
    @Order(2)
    void unitsAndManualPages_areValid() throws Exception {
        assertThat(machine.shell("systemd-analyze verify --man=no " + RENDERER + " " + EXPORTER + " " + GPU
                        + " bev-avatar.target bev-avatar.slice"))
                .isEmpty();
        assumeTrue(machine.run("man", "--version").exit() == 0, "man is not installed");
        for (String page : new String[] {"avatar", "avatar.yaml", RENDERER, EXPORTER, GPU, "bev-avatar.target"}) {
            assertThat(machine.shell("man --warnings " + page + " 2>&1 >/dev/null"))
                    .isEmpty();
            assertThat(machine.shell("man " + page)).contains("SEE ALSO");
        }
    }

    @Test
    @Order(3)
    void completion_matchesCommandsAndOptions() throws Exception {
        String complete = ". /usr/share/bash-completion/completions/avatar; COMP_WORDS=(avatar %s '');"
                + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _avatar avatar '' ''; echo \"${COMPREPLY[@]}\"";
        String commands = machine.shell(". /usr/share/bash-completion/completions/avatar; COMP_WORDS=(avatar 'di');"
                + " COMP_CWORD=1; _avatar avatar di avatar; echo \"${COMPREPLY[@]}\"");
        assertThat(commands).isEqualTo("disable diagnostics");
        String render = machine.shell(complete.formatted("render"));
        assertThat(machine.shell("avatar render --help 2>/dev/null | grep -oE -- '^ +(-.,)? *--[a-z-]+' | tr -d ' ,'")
                        .lines())
                .isNotEmpty()
                .filteredOn(option -> !option.endsWith("--help") && !option.endsWith("--version"))
                .allSatisfy(option -> assertThat(render).contains(option));
        assertThat(machine.shell(complete.formatted("stack"))).isEqualTo("enable disable refresh status");
        // The manual page names the same commands as the help.
        String page = machine.shell("MANWIDTH=200 man avatar");
        assertThat(machine.shell("avatar help | grep -oE '^  [a-z].*' | cut -c 3-26 | grep -oE '^[a-z-]+'")
                        .lines())
                .allSatisfy(command -> assertThat(page).contains(command));
        // Commands, because aliases exist only in login shells.
        assertThat(machine.shell("sh -c 'avatar-status'")).contains("http://127.0.0.1:8080/");
        assertThat(machine.shell("timeout 5 avatar-logs 1 | head -1")).isNotEmpty();
        assertThat(machine.shell("ls /usr/bin/avatar-*").lines())
                .containsExactly(
                        "/usr/bin/avatar-gpu",
                        "/usr/bin/avatar-health",
                        "/usr/bin/avatar-logs",
                        "/usr/bin/avatar-restart",
                        "/usr/bin/avatar-start",
                        "/usr/bin/avatar-status",
                        "/usr/bin/avatar-stop");
    }

    @Test
    @Order(4)
    void reload_appliesChanges_andListsThoseRequiringRestart() throws Exception {
        String process = machine.property(RENDERER, "MainPID");
        machine.shell("sed -i 's/^  target-fps: .*/  target-fps: 24/; s/^  threads: .*/  threads: 1/'"
                + " /etc/bev-avatar/avatar.yaml");

        Result reloaded = machine.run("avatar", "reload");

        assertThat(reloaded.exit()).as(reloaded.output()).isZero();
        assertThat(reloaded.output()).isEqualTo("reload: done; restart required for: renderer.threads");
        assertThat(machine.shell("curl -s http://127.0.0.1:8080/health")).contains("\"targetFps\":24");
        assertThat(machine.property(RENDERER, "MainPID")).isEqualTo(process);
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("active");

        machine.shell("sed -i 's/^  target-fps: .*/  target-fps: nine/' /etc/bev-avatar/avatar.yaml");
        Result rejected = machine.run("avatar", "reload");
        machine.shell("cp /usr/share/bev-avatar/avatar.yaml.example /etc/bev-avatar/avatar.yaml");
        assertThat(rejected.exit()).isNotZero();
        assertThat(rejected.output()).contains("nothing changed", "renderer.target-fps: found 'nine'");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("active");
        assertThat(machine.shell("curl -s http://127.0.0.1:8080/health")).contains("\"targetFps\":24");
    }

    @Test
    @Order(5)
    void gpu_isSetUpBeforeRenderer_andRestoredAtStop() throws Exception {
        assumeTrue(machine.run("gcc", "--version").exit() == 0, "gcc is not installed");
        // The unit may execute only below /usr and write only where this drop-in allows it.
        Result built = machine.run("bash", "-ec", """
            mkdir -p %s
            gcc -shared -fPIC -O1 -pthread -Wl,-soname,libnvidia-ml.so.1 \
                -o /usr/lib/avatar-test/libnvidia-ml.so.1 %s/exporter/src/simulator/nvml_simulator.c
            echo 'nvmlDeviceSetMemoryLockedClocks = error NOT_SUPPORTED' >/var/lib/avatar-test/scenario
            cat >/etc/systemd/system/bev-avatar-gpu.service.d/test.conf <<END
            [Service]
            Environment=BEV_EXPORTER_NVML_LIBRARY=/usr/lib/avatar-test/libnvidia-ml.so.1
            Environment=NVML_SIMULATOR_SCENARIO=/var/lib/avatar-test/scenario
            ReadWritePaths=/var/lib/avatar-test
            END
            systemctl daemon-reload
            """.formatted(SIMULATED_GPU, BootedContainer.ROOT));
        assertThat(built.exit()).as(built.output()).isZero();

        machine.provoke("gpu", "systemctl restart " + GPU);

        assertThat(machine.shell("grep -v follows /var/lib/avatar-test/scenario.set | cut -d' ' -f1-3"))
                .isEqualTo("gpu0.persistence_mode = 1\ngpu0.power_limit = 400000\ngpu0.locked_clock_graphics = 2235");
        assertThat(machine.journal(GPU, "gpu"))
                .contains("GPU 0 power-limit: 400 W, its maximum; 450 W configured; was 320 W")
                .contains("GPU 0 memory-clock: 10501 MHz rejected: NOT_SUPPORTED");
        assertThat(machine.shell("journalctl -q -o cat -p warning..warning -u " + GPU))
                .contains("memory-clock")
                .doesNotContain("power-limit");
        assertThat(machine.property(GPU, "ActiveState")).isEqualTo("active");
        assertThat(machine.shell("cat /run/bev-avatar-gpu/previous.json")).contains("\"was\":320000");

        machine.shell(": >/var/lib/avatar-test/scenario.before; systemctl stop " + GPU);

        assertThat(machine.shell("grep -v follows /var/lib/avatar-test/scenario.set | tail -3 | cut -d' ' -f1-3"))
                .isEqualTo("gpu0.locked_clock_graphics = 0\ngpu0.power_limit = 320000\ngpu0.persistence_mode = 0");
        assertThat(machine.run("test", "-e", "/run/bev-avatar-gpu").exit()).isNotZero();
        machine.shell("rm -rf " + SIMULATED_GPU + "; systemctl daemon-reload; systemctl start " + GPU);
    }

    @Test
    @Order(6)
    void hungExporter_isRestartedByWatchdog() throws Exception {
        machine.shell("mkdir -p /run/systemd/system/" + EXPORTER + ".d; printf '[Service]\\nWatchdogSec=10s\\n' >"
                + "/run/systemd/system/" + EXPORTER + ".d/test.conf; systemctl daemon-reload; systemctl restart "
                + EXPORTER);
        machine.await("an exporter", "curl -sf http://127.0.0.1:9818/-/ready");
        String process = machine.property(EXPORTER, "MainPID");

        machine.shell("systemctl kill -s STOP --kill-who=main " + EXPORTER);

        machine.await(
                "another exporter",
                "p=$(systemctl show -P MainPID " + EXPORTER + "); [ $p != 0 ] && [ $p != " + process + " ]"
                        + " && curl -sf http://127.0.0.1:9818/-/ready");
        assertThat(machine.journal(EXPORTER)).contains("Watchdog timeout");
        machine.shell(
                "rm -r /run/systemd/system/" + EXPORTER + ".d; systemctl daemon-reload; systemctl restart " + EXPORTER);
    }

    @Test
    @Order(7)
    void logs_areRotated_andWritingContinues() throws Exception {
        assumeTrue(machine.run("logrotate", "--version").exit() == 0, "logrotate is not installed");
        machine.shell("for s in renderer:starlord exporter:bev-avatar-exporter; do d=/var/log/bev-avatar/${s%:*};"
                + " for f in $d/hs_err_1.log $d/${s%:*}.jsonl; do [ -s $f ] || echo old >$f;"
                + " chown ${s#*:}:bev-avatar $f; done; done");

        Result unforced = machine.run("logrotate", "--state", "/tmp/rotate-state", "/etc/logrotate.d/bev-avatar");
        Result rotated =
                machine.run("logrotate", "--force", "--state", "/tmp/rotate-state", "/etc/logrotate.d/bev-avatar");

        assertThat(unforced.exit()).as(unforced.output()).isZero();
        assertThat(rotated.exit()).as(rotated.output()).isZero();
        String files = machine.shell("find /var/log/bev-avatar -type f | sort");
        for (String log : new String[] {
            "install.log", "renderer/hs_err_1.log", "renderer/renderer.jsonl", "exporter/exporter.jsonl"
        }) {
            assertThat(files).containsPattern("bev-avatar/" + log + "-\\d{8}-\\d+\\.gz");
        }
        assertThat(machine.shell("stat -c %s /var/log/bev-avatar/renderer/hs_err_1.log"))
                .isEqualTo("0");
        assertThat(machine.shell("zcat /var/log/bev-avatar/renderer/hs_err_1.log-*.gz"))
                .isEqualTo("old");
        assertThat(machine.shell("zcat /var/log/bev-avatar/install.log-*.gz")).contains("+ system user starlord");
        assertThat(machine.shell("stat -c %U /var/log/bev-avatar/renderer/hs_err_1.log-*.gz"))
                .isEqualTo("starlord");
    }

    @Test
    @Order(8)
    void docker_isRequiredIfInstalled() throws Exception {
        machine.shell("printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n'"
                + " >/etc/systemd/system/docker.service; systemctl daemon-reload");
        Result with = machine.install("--no-start");
        assertThat(with.exit()).as(with.output()).isZero();
        assertThat(machine.property(RENDERER, "Requires")).contains("docker.service");

        machine.shell("systemctl start docker bev-avatar.target");
        machine.await("the renderer with Docker", "systemctl is-active " + RENDERER);
        machine.shell("systemctl stop docker");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("inactive");
        machine.shell("systemctl start docker");
        machine.await("the renderer after Docker", "systemctl is-active " + RENDERER);
        // A Docker that stops while the start of the renderer is under way stays stopped.
        String slow = "/run/systemd/system/bev-avatar-docker.service.d/slow.conf";
        machine.shell(
                "install -D /dev/null " + slow + "; printf '[Service]\\nExecStartPre=/bin/sleep 1\\n' >" + slow
                        + "; systemctl daemon-reload; systemctl stop docker; systemctl start docker; systemctl stop docker; sleep 2");
        assertThat(machine.property("docker.service", "ActiveState")).isEqualTo("inactive");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("inactive");
        machine.shell("rm -r " + Path.of(slow).getParent() + "; systemctl daemon-reload; systemctl start docker");
        machine.await("the renderer after Docker", "systemctl is-active " + RENDERER);
        // A stopped avatar stays stopped.
        machine.shell("avatar stop; systemctl stop docker; systemctl start docker; sleep 1");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("inactive");
        machine.shell("systemctl start bev-avatar.target");
        machine.await("the renderer", "systemctl is-active " + RENDERER);

        assertThat(machine.shell("avatar docker off")).startsWith("off");
        machine.shell("systemctl stop docker");
        assertThat(machine.property(RENDERER, "ActiveState")).isEqualTo("active");
        assertThat(machine.installed("--no-start")).contains("as set with: avatar docker off");
        assertThat(machine.property(RENDERER, "Requires")).doesNotContain("docker.service");
        assertThat(machine.shell("avatar docker on")).startsWith("on");

        machine.shell("rm /etc/systemd/system/docker.service; systemctl daemon-reload");
        Result without = machine.install("--no-start");
        assertThat(without.exit()).as(without.output()).isZero();
        assertThat(without.output()).contains("- /etc/systemd/system/" + RENDERER + ".d/20-docker.conf");
        assertThat(machine.property(RENDERER, "Requires")).doesNotContain("docker.service");
        machine.shell("systemctl start bev-avatar.target");
    }

    @Test
    @Order(9)
    void withoutRoot_readingWorks_andOtherCommandsReportRequirement() throws Exception {
        assertThat(machine.shell(AS_NOBODY + "avatar status")).contains("active", "http://127.0.0.1:8080/");
        assertThat(machine.shell(AS_NOBODY + "curl -s http://127.0.0.1:9818/metrics"))
                .contains("avatar_exporter_build_info");
        assertThat(machine.shell(AS_NOBODY + "avatar check dependencies --json"))
                .contains("avatar.yaml is not readable by nobody", "\"status\"");
        assertThat(machine.shell(AS_NOBODY + "avatar stack status")).contains("prometheus");
        for (String command : new String[] {"start", "stop", "reload", "enable", "stack enable"}) {
            Result rejected = machine.run("bash", "-c", AS_NOBODY + "avatar " + command);
            assertThat(rejected.exit()).as(command).isEqualTo(77);
            assertThat(rejected.output()).contains("requires root: sudo ");
        }
        for (String script : new String[] {"install-avatar-service.sh", "uninstall-avatar-service.sh"}) {
            Result rejected = machine.run("bash", "-c", AS_NOBODY + BootedContainer.ROOT.resolve("systemd/" + script));
            assertThat(rejected.exit()).as(script).isEqualTo(77);
            assertThat(rejected.output()).contains("requires root: sudo ");
        }
        Result gpu = machine.run("bash", "-c", AS_NOBODY + "avatar gpu-setup apply");
        assertThat(gpu.exit()).isEqualTo(73);
        assertThat(gpu.output()).contains("/run/bev-avatar-gpu", "run as root");
        Result credentials = machine.run("bash", "-c", AS_NOBODY + "cat /etc/bev-avatar/credentials/alert-token");
        assertThat(credentials.exit()).isNotZero();
    }

    @Test
    @Order(10)
    void uninstall_keepsDataAndEditedFiles_purgeRemovesEverything() throws Exception {
        machine.shell("echo '# edited' >>/etc/logrotate.d/bev-avatar");
        Result gone = machine.run("/usr/lib/bev-avatar/bin/uninstall-avatar-service.sh");
        assertThat(gone.exit()).as(gone.output()).isZero();
        assertThat(gone.output()).contains("/etc/logrotate.d/bev-avatar has been edited and is kept");
        assertThat(machine.filesAdded())
                .isNotEmpty()
                .allMatch(
                        path -> path.matches("(/etc|/var/lib|/var/log)/bev-avatar(/.*)?|/etc/logrotate.d/bev-avatar"));

        machine.shell("rm /etc/logrotate.d/bev-avatar");
        assertThat(machine.uninstall("--purge").exit()).isZero();
        assertThat(machine.filesAdded()).isEmpty();
        assertThat(machine.filesGone()).isEmpty();
    }
}
