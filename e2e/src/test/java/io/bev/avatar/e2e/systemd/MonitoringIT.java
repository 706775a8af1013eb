package io.bev.avatar.e2e.systemd;

import static io.bev.avatar.e2e.systemd.BootedContainer.EXPORTER;
import static io.bev.avatar.e2e.systemd.BootedContainer.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.e2e.systemd.Container.Result;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Monitoring of an installation by the machine's Prometheus, Alertmanager and Grafana, on a real systemd. */
class MonitoringIT {

    /** Removes TLS and authentication of the exporter. */
    private static final String UNGUARD = "[ ! -e /etc/bev-avatar/guard ] || { rm -r /etc/bev-avatar/guard;"
            + " sed -i '/_WEB_CONFIG_FILE=\\|_PASSWORD_FILE=/d' /etc/bev-avatar/environment; systemctl restart "
            + EXPORTER
            + "; }";

    private static final String GRAFANA = "/etc/grafana/provisioning/";

    @RegisterExtension
    static final BootedContainer machine = new BootedContainer();

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        for (String program : new String[] {"prometheus", "prometheus-alertmanager"}) {
            assumeTrue(machine.run("bash", "-c", "command -v " + program).exit() == 0, program + " is not installed");
        }
        machine.classArchives(false);
        machine.shell("systemctl unmask prometheus prometheus-alertmanager");
        machine.installed();
    }

    @BeforeEach
    void healthy() throws IOException, InterruptedException {
        machine.shell("sed -i '/# mine/d' /etc/prometheus/*.yml; avatar stack disable; " + UNGUARD);
        machine.healthy("http://127.0.0.1:8080");
    }

    @Test
    void withStack_allThreeMonitor_untilDisabled() throws Exception {
        String config = machine.shell("sha256sum /etc/prometheus/*.yml");
        String process = machine.property(RENDERER, "MainPID");
        // Provisioning directory of Grafana; Grafana itself is not needed.
        boolean grafana = machine.run("test", "-e", "/etc/grafana").exit() == 0;
        machine.shell("mkdir -p " + GRAFANA + "dashboards " + GRAFANA + "datasources; echo '# mine' >" + GRAFANA
                + "datasources/own.yml");

        Result installed = machine.install("--with-stack");

        assertThat(installed.exit()).as(installed.output()).isZero();
        assertThat(installed.output())
                .contains("prometheus: http://127.0.0.1:9090/", "prometheus-alertmanager: http://127.0.0.1:9093/");
        assertThat(machine.property(RENDERER, "MainPID"))
                .as(installed.output() + machine.journal(RENDERER))
                .isEqualTo(process);
        assertThat(installed.output()).contains("Grafana: dashboard folder Avatar");
        assertThat(machine.shell("cat " + GRAFANA + "datasources/bev-avatar.yml"))
                .contains("url: http://127.0.0.1:9090", "isDefault: false");
        assertThat(machine.shell("ls $(sed -n 's/^ *path: //p' " + GRAFANA + "dashboards/bev-avatar.yml)"))
                .isEqualTo(machine.shell("ls " + BootedContainer.ROOT.resolve("grafana/dashboards")));
        machine.shell("echo '# edited' >>" + GRAFANA + "dashboards/bev-avatar.yml");
        // An alert passes through Alertmanager, with its token, and the exporter to Redis.
        machine.shell("curl -s -H 'Content-Type: application/json' 127.0.0.1:9093/api/v2/alerts -d"
                + " '[{\"labels\":{\"alertname\":\"AvatarTried\",\"severity\":\"info\",\"instance\":\"here\"}}]'");
        machine.await("an alert in Redis", "redis-cli LRANGE avatar:alerts 0 -1 | grep AvatarTried");
        machine.await(
                "the renderer's metrics",
                "curl -s '127.0.0.1:9090/api/v1/query?query=avatar_renderer_up' | grep '\"1\"\\]'");
        updateReplacesRules_andKeepsEditedConfiguration();

        Result again = machine.install("--with-stack");
        assertThat(again.output())
                .contains("nothing to change", GRAFANA + "dashboards/bev-avatar.yml is kept unchanged");
        assertThat(machine.shell("tail -n 1 " + GRAFANA + "dashboards/bev-avatar.yml"))
                .isEqualTo("# edited");
        Result disabled = machine.run("avatar", "stack", "disable");
        assertThat(disabled.exit()).as(disabled.output()).isZero();
        assertThat(machine.shell("cd " + GRAFANA + "; echo */*; cat datasources/own.yml"))
                .contains("datasources/own.yml", "# mine")
                .doesNotContain("bev-avatar");
        machine.shell(grafana ? "rm " + GRAFANA + "datasources/own.yml" : "rm -r /etc/grafana");
        assertThat(machine.shell("sha256sum /etc/prometheus/*.yml")).isEqualTo(config);
        assertThat(machine.shell("systemctl cat prometheus prometheus-alertmanager"))
                .doesNotContain("bev-avatar");
    }

    private void updateReplacesRules_andKeepsEditedConfiguration() throws Exception {
        machine.shell("cd /etc/bev-avatar/stack/prometheus; echo '# of an earlier version' >>gpu.rules.yml;"
                + " echo 'groups: []' | tee removed.rules.yml own.rules.yml;"
                + " sha256sum $PWD/removed.rules.yml >>/var/lib/bev-avatar/stack-files;"
                + " echo '# edited' >>../alertmanager.yml");
        Result updated = machine.install();
        BootedContainer.assertInstalled(updated);
        assertThat(updated.output())
                .contains("~ /etc/bev-avatar/stack/prometheus/gpu.rules.yml", "prometheus reloaded")
                .contains("- /etc/bev-avatar/stack/prometheus/removed.rules.yml")
                .contains("= /etc/bev-avatar/stack/alertmanager.yml is kept unchanged")
                .doesNotContain("own.rules.yml");
        machine.shell("rm /etc/bev-avatar/stack/prometheus/own.rules.yml");
    }

    @Test
    void enable_exporterWithTlsAndPassword_isScraped() throws Exception {
        assumeTrue(machine.run("openssl", "version").exit() == 0, "openssl is not installed");
        Result guarded = machine.run("bash", "-ec", """
            mkdir /etc/bev-avatar/guard && cd /etc/bev-avatar/guard
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=avatar-host \
              -addext subjectAltName=DNS:avatar-host -keyout server.key -out server.pem
            cat >web-config.yml <<'END'
            tls_server_config: {cert_file: server.pem, key_file: server.key}
            basic_auth_users: {prometheus: $2a$05$jDSY.fMYi1DuU1/vIJSiUuluXirLtAedndGrAG2mVqBQ8gZm8/jMq}
            END
            chgrp bev-avatar . server.* web-config.yml && chmod 640 server.* web-config.yml && chmod 750 .
            echo open-sesame >password && chmod 600 password
            echo BEV_EXPORTER_WEB_CONFIG_FILE=$PWD/web-config.yml >>/etc/bev-avatar/environment
            echo BEV_STACK_EXPORTER_PASSWORD_FILE=$PWD/password >>/etc/bev-avatar/environment
            systemctl restart %s
            avatar stack enable
            """.formatted(EXPORTER));
        assertThat(guarded.exit()).as(guarded.output()).isZero();
        assertThat(machine.run("curl", "-sf", "http://127.0.0.1:9818/metrics").exit())
                .isNotZero();
        awaitBothJobs();
        machine.shell("curl -s -H 'Content-Type: application/json' 127.0.0.1:9093/api/v2/alerts -d"
                + " '[{\"labels\":{\"alertname\":\"AvatarGuarded\",\"severity\":\"info\",\"instance\":\"here\"}}]'");
        machine.await("an alert in Redis", "redis-cli LRANGE avatar:alerts 0 -1 | grep AvatarGuarded");
        machine.await("metrics over TLS in the status", "avatar status | grep 'https://127.0.0.1:9818/metrics  ok'");
        assertThat(machine.run("avatar", "stack", "enable").output()).doesNotContain("~ ");

        machine.shell(UNGUARD);
        Result open = machine.run("avatar", "stack", "enable");
        assertThat(open.exit()).as(open.output()).isZero();
        awaitBothJobs();
        assertThat(machine.run("avatar", "stack", "disable").exit()).isZero();
    }

    private static void awaitBothJobs() throws IOException, InterruptedException {
        for (String job : new String[] {"avatar", "avatar-probes"}) {
            machine.await(
                    "job " + job,
                    "curl -s -G 127.0.0.1:9090/api/v1/query --data-urlencode 'query=up{job=\"" + job
                            + "\"} == 1' | grep '\"1\"\\]'");
        }
    }

    @Test
    void enable_foreignConfiguration_isKept_andAdditionsAreListed() throws Exception {
        machine.shell(
                "echo '# mine' >>/etc/prometheus/prometheus.yml; echo '# mine' >>/etc/prometheus/alertmanager.yml");

        Result enabled = machine.run("avatar", "stack", "enable");

        assertThat(enabled.exit()).as(enabled.output()).isZero();
        assertThat(enabled.output())
                .contains("Prometheus keeps its own configuration", "Alertmanager keeps its own configuration")
                .contains("rule_files:", "LoadCredential=alert-token:");
        assertThat(machine.shell("systemctl cat prometheus prometheus-alertmanager"))
                .doesNotContain("bev-avatar");
        assertThat(machine.shell("tail -1 /etc/prometheus/prometheus.yml")).isEqualTo("# mine");
    }
}
