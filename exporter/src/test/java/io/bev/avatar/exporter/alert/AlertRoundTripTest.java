package io.bev.avatar.exporter.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.exporter.alert.AlertRoundTrip.Outcome;
import io.bev.avatar.exporter.alert.AlertRoundTrip.Stage;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.testkit.Repository;
import io.bev.avatar.testkit.RunningAlertmanager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test alert through a real Alertmanager to HTTP receivers. */
class AlertRoundTripTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    private final AtomicReference<String> received = new AtomicReference<>("");

    @Test
    void alert_arrivesAtPeople_andMissingHeartbeatIsReported() throws Exception {
        List<Stage> stages = run("/", Duration.ofSeconds(30));

        assertThat(stages)
                .extracting(Stage::name, Stage::outcome)
                .containsExactly(
                        tuple("Prometheus", Outcome.FAILED),
                        tuple("Alertmanager", Outcome.ARRIVED),
                        tuple("Redis", Outcome.NOT_CONFIGURED),
                        tuple("webhook", Outcome.ARRIVED));
        assertThat(received.get()).contains("\"alertname\":\"AvatarTest\"", "Test alert of host-1");
    }

    @Test
    void receiverThatFails_isNotTakenForArrived() throws Exception {
        List<Stage> stages = run("/broken", Duration.ofSeconds(4));

        assertThat(stages.get(3).outcome()).isEqualTo(Outcome.FAILED);
        assertThat(stages.get(3).text()).contains("could not deliver it");
    }

    @Test
    void withoutAlertmanager_errorNamesRemedy() {
        try (BoundedHttpClient http = new BoundedHttpClient()) {
            AlertRoundTrip trip = new AlertRoundTrip(
                    URI.create("http://127.0.0.1:1"), http, Optional.empty(), Clock.systemUTC(), Duration.ofMillis(50));
            assertThatThrownBy(() -> trip.run("host-1", Duration.ofSeconds(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not respond")
                    .hasMessageContaining("exporter.alertmanager-url");
        }
    }

    private List<Stage> run(String people, Duration limit) throws Exception {
        assumeTrue(RunningAlertmanager.isInstalled(), "prometheus-alertmanager is not installed");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean broken = exchange.getRequestURI().getPath().equals("/broken");
            received.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(broken ? 500 : 200, -1);
            exchange.close();
        });
        server.start();
        String base = "127.0.0.1:" + server.getAddress().getPort();
        String config = AlertReceivers.from(
                        Config.of("stack: {webhook-url: 'http://" + base + people + "'}", "test", Map.of()))
                .applyTo(
                        Files.readString(Repository.root().resolve("alerting-rules/alertmanager.yml"))
                                .replace("127.0.0.1:9818", base)
                                .replaceAll("group_wait: (10|30)s", "group_wait: 1s"),
                        (name, file) -> file.toString());
        try (RunningAlertmanager alertmanager = RunningAlertmanager.start(directory, config);
                BoundedHttpClient http = new BoundedHttpClient()) {
            return new AlertRoundTrip(
                            alertmanager.address(), http, Optional.empty(), Clock.systemUTC(), Duration.ofMillis(100))
                    .run("host-1", limit);
        } finally {
            server.stop(0);
        }
    }
}
