package io.bev.avatar.renderer.state;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.testkit.Fuzzer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Input of clients, of Redis and of the journal: valid, or rejected. */
class StateFuzzTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String STATE = """
            {"schema":1,"seq":1234,"emotion":"focused","intensity":0.8,"activity":"threat_analysis",
             "head":{"yaw":0.0,"pitch":0.0,"roll":0.0},"gaze":{"x":0.0,"y":0.0},"mouth":0.0,
             "blendshapes":{"jawOpen":0.2},
             "investigation":{"id":"INV-7","progress":0.4,"findings":3,"threatLevel":0.2,"lastDiscovery":"password"},
             "updatedAt":"2026-01-01T00:00:00Z"}""";
    private static final String EVENT = """
            {"event_id":"e-1","type":"finding","investigation_id":"INV-7","threat_level":"high","findings":[{"text":"a"},"b"],
             "progress":0.5,"keywords":["breach","leak"],"message":"a discovery","timestamp":"2026-01-01T00:00:00Z"}""";

    @Test
    void stateDocument() {
        Fuzzer.run(STATE, RejectedUpdateException.class, input -> StateDocument.read(input, NOW));
    }

    @Test
    void osintEvent() {
        ThreatScale scale = new ThreatScale(Map.of("high", 0.5), 0.1);
        Fuzzer.run(
                EVENT,
                RejectedUpdateException.class,
                input -> OsintEvent.of(new JsonFields(StateDocument.parse(input), false), scale));
    }

    @Test
    void streamEntry() {
        String flat = "emotion=happy\nintensity=0.8\nhead.yaw=0.1\nblendshapes.jawOpen=0.3\nfindings=[1,2]\nnote=\n";
        Fuzzer.run(flat, RejectedUpdateException.class, input -> {
            Map<String, byte[]> fields = new LinkedHashMap<>();
            for (String line : new String(input, StandardCharsets.ISO_8859_1).split("\n", -1)) {
                int end = line.indexOf('=');
                fields.put(
                        end < 0 ? line : line.substring(0, end),
                        line.substring(end + 1).getBytes(StandardCharsets.ISO_8859_1));
            }
            new StreamEntry("1-1", fields).document();
        });
    }

    @Test
    void journal() {
        ByteBuffer records = ByteBuffer.allocate(4096);
        for (int seq = 1; seq <= 3; seq++) {
            records.put(JournalFormat.encode(
                    new JournalFormat.Entry(seq, seq - 1, STATE.getBytes(StandardCharsets.UTF_8))));
        }
        byte[] file = new byte[records.position()];
        records.flip().get(file);
        Fuzzer.run(file, RejectedUpdateException.class, input -> {
            for (JournalFormat.Entry entry :
                    JournalFormat.decode(ByteBuffer.wrap(input)).entries()) {
                JournalRecord.decode(entry.payload(), NOW);
            }
        });
    }

    @Test
    void configuration() {
        String yaml = """
                osint:
                  emotion-rules:
                    - when: {type: finding, min-threat: 0.5, keywords: [breach, leak]}
                      emotion: discovered
                      intensity: 0.8
                  decay: 5m
                state:
                  directory: /tmp/state
                """;
        Fuzzer.run(yaml, ConfigException.class, input -> {
            Config config = Config.of(new String(input, StandardCharsets.UTF_8), "test", Map.of());
            OsintConfig.from(config);
            StateConfig.from(config);
        });
    }
}
