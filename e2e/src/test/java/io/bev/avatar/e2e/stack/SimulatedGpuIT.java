package io.bev.avatar.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import io.bev.avatar.e2e.alerting.LiveMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stack with a simulated GPU: it is marked as simulated wherever its metrics appear, and overheating it raises an alert. Its
 * exporter uses TLS and requires a password, which every service of {@code up} must use.
 */
class SimulatedGpuIT {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration ALERT = Duration.ofMinutes(5);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @Test
    void simulatedGpu_isMarkedEverywhere_andOverheatingRaisesAlert() throws Exception {
        for (String program : List.of("gcc", "redis-server", "prometheus", "openssl", "curl")) {
            assumeTrue(Installation.find(program).isPresent(), program + " is not installed");
        }
        AvatarUp up = AvatarUp.start(directory, AvatarUp.Ports.free(), guarded(), "--simulate-gpu");
        try {
            assertThat(up.text()).contains("SIMULATED: no GPU metric is real");
            assertThat(up.text()).contains("https://127.0.0.1:" + up.ports.exporter() + "/metrics");
            // On a busy machine a source may be missing from one scrape.
            up.await("the simulated GPU's metrics", SOON, () -> {
                String metrics = metrics(up);
                return metrics.contains("\nnvidia_gpu_simulated 1.0\n")
                        && metrics.contains("nvidia_gpu_temperature_celsius")
                        && metrics.contains("4080 SUPER (simulated)");
            });
            heat(up.runDirectory.resolve("simulated-gpu/scenario.txt"));
            up.await(
                    "the temperature",
                    SOON,
                    () -> !up.query("nvidia_gpu_temperature_celsius == 95").isEmpty());
            assertThat(up.query("nvidia_gpu_simulated == 1")).isNotEmpty();
            up.await(
                    "the mark in health",
                    SOON,
                    () -> up.json(up.page("/health")).path("gpuSimulated").asBoolean());
            pageShowsMark(up);
            up.await(
                    "the alert",
                    ALERT,
                    () -> !up.query(
                                    "ALERTS{alertname=\"AvatarGpuTemperatureHigh\",severity=\"critical\",alertstate=\"firing\"}")
                            .isEmpty());
            up.await(
                    "the alert in Redis, through Alertmanager and the exporter's TLS",
                    ALERT,
                    () -> up.redis("LRANGE", "avatar:alerts", "0", "-1").contains("AvatarGpuTemperatureHigh"));
            up.awaitDashboards(true);
            referencedMetrics_exist_withExpectedType(up);
        } finally {
            up.stop();
        }
    }

    /** Environment of an exporter with a certificate for another host name and a user. */
    private Map<String, String> guarded() throws IOException, InterruptedException {
        String[] certify =
                ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
                                + " -addext subjectAltName=DNS:avatar-host -keyout server.key -out server.pem")
                        .split(" ", -1);
        assertThat(new ProcessBuilder(certify)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("openssl.txt").toFile())
                        .start()
                        .waitFor())
                .isZero();
        Path web = Files.writeString(directory.resolve("web-config.yml"), """
            tls_server_config: {cert_file: server.pem, key_file: server.key}
            basic_auth_users: {prometheus: $2a$05$myH322FqpudF6WA.g2hgtOq2m1j0ZJlmR37Rw6Sbs1NLFFUbR5Icy}
            """);
        Path password = Files.writeString(directory.resolve("password"), "right password\n");
        return Map.of(
                "BEV_EXPORTER_WEB_CONFIG_FILE",
                web.toString(),
                "BEV_STACK_EXPORTER_PASSWORD_FILE",
                password.toString());
    }

    private String metrics(AvatarUp up) throws IOException, InterruptedException {
        return AvatarUp.run(List.of(
                "curl",
                "-sS",
                "--noproxy",
                "*",
                "--cacert",
                directory.resolve("server.pem").toString(),
                "--resolve",
                "avatar-host:" + up.ports.exporter() + ":127.0.0.1",
                "-H",
                "Host: localhost",
                "-u",
                "prometheus:right password",
                "https://avatar-host:" + up.ports.exporter() + "/metrics"));
    }

    /** Checks all metrics used in rules, dashboards and runbooks; the heartbeat may take a minute. */
    private static void referencedMetrics_exist_withExpectedType(AvatarUp up) throws Exception {
        Set<String> problems = new TreeSet<>();
        try {
            up.await("all referenced metrics", Duration.ofMinutes(3), () -> {
                LiveMetrics live = new LiveMetrics(
                        up.json(up.prometheus("/api/v1/metadata")),
                        up.json(up.prometheus("/api/v1/label/__name__/values")));
                problems.clear();
                problems.addAll(live.problems());
                return problems.isEmpty() && live.found() > 100;
            });
        } catch (AssertionError e) {
            throw new AssertionError("referenced metrics that are missing or of another type: " + problems, e);
        }
    }

    /** Edits the scenario in place, as a user would. */
    private static void heat(Path scenario) throws IOException {
        String text = Files.readString(scenario);
        String heated = text.replace("# temperature = 46 95 20", "temperature = 46 95 2");
        assertThat(heated).as("the scenario contains its temperature example").isNotEqualTo(text);
        Files.writeString(scenario, heated);
    }

    private static void pageShowsMark(AvatarUp up) throws Exception {
        if (!Browser.isInstalled()) {
            return; // health shows the mark as well
        }
        try (Browser browser = new Browser(1200, 800)) {
            browser.open(up.page("/"));
            up.await(
                    "the mark on the page",
                    SOON,
                    () -> Boolean.TRUE.equals(
                            browser.script("return document.getElementById('simulated').checkVisibility()")));
            browser.screenshot(Path.of("target", "images", "page-simulated-gpu.png"));
        }
    }
}
