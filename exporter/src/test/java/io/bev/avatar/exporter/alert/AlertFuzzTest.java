package io.bev.avatar.exporter.alert;

import io.bev.avatar.testkit.Fuzzer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Webhooks of Alertmanager and events that Redis or the queue's file returns. */
class AlertFuzzTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String WEBHOOK = """
            {"version":"4","groupKey":"{}:{alertname=\\"A\\"}","truncatedAlerts":0,"status":"firing","receiver":"exporter",
             "groupLabels":{"alertname":"A"},"commonLabels":{"alertname":"A"},"commonAnnotations":{},"externalURL":"http://a",
             "alerts":[{"status":"firing","labels":{"alertname":"A","level":"warning","instance":"h"},
               "annotations":{"summary":"s","description":"d"},"startsAt":"2026-01-01T00:00:00Z",
               "endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p","fingerprint":"c1f2"}]}""";

    @Test
    void webhook() {
        Fuzzer.run(WEBHOOK, IllegalArgumentException.class, input -> WebhookMessage.parse(input, NOW));
    }

    @Test
    void event() {
        String event = WebhookMessage.parse(WEBHOOK.getBytes(StandardCharsets.UTF_8), NOW)
                .get(0)
                .toJson();
        Fuzzer.run(
                event,
                IllegalArgumentException.class,
                input -> AlertEvent.fromJson(new String(input, StandardCharsets.UTF_8)));
    }
}
