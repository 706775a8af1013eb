package io.bev.avatar.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
 * A stack with a simulated GPU: it is marked wherever its readings appear, and it can be heated until an alert fires. Its exporter
 * uses TLS and requires a password, which every service of {@code up} has to know.
 */
class SimulatedGpuIT {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Duration ALERT = Duration.ofMinutes(5);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @Test
    void simulatedGpu_isToldEverywhere_andItsHeatRaisesTheAlert() throws Exception {
        for (String program : List.of("gcc", "redis-server", "prometheus", "openssl", "curl")) {
            assumeTrue(isInstalled(program), program + " is not installed: ./avatar test installs it where it may");
        }
        AvatarUp up = AvatarUp.start(directory, AvatarUp.Ports.free(), guarded(), "--simulate-gpu");
        try {
            assertThat(up.text()).contains("SIMULATED: no reading of it is real");
            assertThat(up.text()).contains("https://127.0.0.1:" + up.ports.exporter() + "/metrics");
            // A source that answers late on a busy machine is there at another scrape.
            up.await("the simulated GPU's metrics", SOON, () -> {
                String metrics = metrics(up);
                return metrics.contains("\nnvidia_gpu_simulated 1.0\n")
                        && metrics.contains("nvidia_gpu_temperature_celsius")
                        && metrics.contains("4080 SUPER (simulated)");
            });
            heat(up.runDirectory.resolve("simulated-gpu/scenario.txt"));
            up.await(
                    "the heat",
                    SOON,
                    () -> !up.query("nvidia_gpu_temperature_celsius == 95").isEmpty());
            assertThat(up.query("nvidia_gpu_simulated == 1")).isNotEmpty();
            up.await(
                    "health to say so",
                    SOON,
                    () -> up.json(up.page("/health")).path("gpuSimulated").asBoolean());
            pageSaysSo(up);
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
            everythingNamed_isThereAndOfItsType(up);
        } finally {
            up.stop();
        }
    }

    /** The environment of an exporter with a certificate for another name, and a user. */
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

    /** All metrics named in rules, dashboards and runbooks; the heartbeat may arrive only after a minute. */
    private static void everythingNamed_isThereAndOfItsType(AvatarUp up) throws Exception {
        Set<String> problems = new TreeSet<>();
        try {
            up.await("what is named to be there", Duration.ofMinutes(3), () -> {
                LiveMetrics live = new LiveMetrics(
                        up.json(up.prometheus("/api/v1/metadata")),
                        up.json(up.prometheus("/api/v1/label/__name__/values")));
                problems.clear();
                problems.addAll(live.problems());
                return problems.isEmpty() && live.found() > 100;
            });
        } catch (AssertionError e) {
            throw new AssertionError("named, but not there or of another type: " + problems, e);
        }
    }

    /** Edits the scenario in place, as a person would. */
    private static void heat(Path scenario) throws IOException {
        String text = Files.readString(scenario);
        String heated = text.replace("# temperature = 46 95 20", "temperature = 46 95 2");
        assertThat(heated).as("the scenario has its example of heat").isNotEqualTo(text);
        Files.writeString(scenario, heated);
    }

    private static void pageSaysSo(AvatarUp up) throws Exception {
        if (!Browser.isInstalled()) {
            return; // health has shown it, and the tests of the page need the browser as well
        }
        try (Browser browser = new Browser(1200, 800)) {
            browser.open(up.page("/"));
            up.await(
                    "the mark on the page",
                    SOON,
                    () -> Boolean.TRUE.equals(
                            browser.script("return document.getElementById('simulated').checkVisibility()")));
            browser.screenshot(Path.of("target", "pictures", "page-simulated-gpu.png"));
        }
    }

    private static boolean isInstalled(String program) {
        return List.of(System.getenv().getOrDefault("PATH", "").split(":", -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
