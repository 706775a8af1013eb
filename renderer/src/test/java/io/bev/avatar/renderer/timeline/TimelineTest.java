package io.bev.avatar.renderer.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.AvatarState.Investigation;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.timeline.TimelineEvent.Kind;
import io.bev.avatar.renderer.timeline.TimelineEvent.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path directory;

    private Instant now = NOON;
    private final Clock clock = new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };
    private final Timeline timeline = new Timeline(clock);
    private final TimelineRecorder recorder = new TimelineRecorder(timeline, AvatarState.initial(NOON));
    private long seq;

    /** Alerts set by the test. */
    private static final class Alerts implements ActiveAlert.Source {
        boolean known = true;
        final List<ActiveAlert> critical = new ArrayList<>();
        final List<ActiveAlert> warnings = new ArrayList<>();

        @Override
        public List<ActiveAlert> active() {
            return critical;
        }

        @Override
        public List<ActiveAlert> warnings() {
            return warnings;
        }

        @Override
        public boolean isKnown() {
            return known;
        }

        @Override
        public void close() {
            // nothing to release
        }
    }

    private List<String> titles() {
        return timeline.events().stream().map(TimelineEvent::title).toList();
    }

    private void after(Duration time) {
        now = now.plus(time);
    }

    private void emotion(Emotion emotion, Optional<Investigation> investigation) {
        AvatarState initial = AvatarState.initial(NOON);
        recorder.state(new AvatarState(
                ++seq,
                emotion,
                0.5,
                Optional.empty(),
                initial.head(),
                initial.gaze(),
                0,
                Map.of(),
                investigation,
                NOON));
    }

    private static ActiveAlert alert(String id, boolean critical) {
        return new ActiveAlert(id, critical, "Avatar" + id, "h", "97 °C, limit 87 °C", "", NOON.toString(), "", "");
    }

    private static StateStore.Statistics redis(boolean connected) {
        return new StateStore.Statistics(
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                connected,
                "127.0.0.1:6379",
                Map.of());
    }

    @Test
    void emotions_briefOnesAreReplaced_othersKept() {
        emotion(Emotion.HAPPY, Optional.empty());
        after(Duration.ofMillis(300));
        emotion(Emotion.CURIOUS, Optional.empty());
        after(Duration.ofSeconds(2));
        emotion(Emotion.FOCUSED, Optional.empty());
        after(Duration.ofMinutes(1).negated());
        emotion(Emotion.NEUTRAL, Optional.empty());
        emotion(Emotion.NEUTRAL, Optional.empty());

        assertThat(titles()).containsExactly("Curious", "Focused", "Neutral");
    }

    @Test
    void manyEmotions_areBounded_andDisplaceNoAlert() {
        timeline.record(Kind.ALERT, Level.CRITICAL, "AvatarX", "hot");
        for (int i = 0; i < 1000; i++) {
            after(Duration.ofSeconds(5));
            emotion(i % 2 == 0 ? Emotion.HAPPY : Emotion.THINKING, Optional.empty());
        }

        assertThat(timeline.events()).hasSize(Timeline.MAX_PER_KIND + 1);
        assertThat(titles()).startsWith("AvatarX");
        assertThat(timeline.number()).isEqualTo(1001);
    }

    @Test
    void investigation_startDiscoveryAndEnd_areRecorded_progressAloneIsNot() {
        emotion(Emotion.NEUTRAL, Optional.of(new Investigation("INV-7", 0.1, 0, 0, Optional.empty())));
        emotion(Emotion.NEUTRAL, Optional.of(new Investigation("INV-7", 0.2, 0, 0, Optional.empty())));
        emotion(
                Emotion.NEUTRAL,
                Optional.of(new Investigation("INV-7", 0.4, 3, 0.57, Optional.of("reused\npassword"))));
        emotion(Emotion.NEUTRAL, Optional.of(new Investigation("INV-7", 1, 3, 0.57, Optional.of("reused\npassword"))));
        emotion(Emotion.NEUTRAL, Optional.of(new Investigation("", 0, 0, 0, Optional.empty())));
        emotion(Emotion.NEUTRAL, Optional.empty());

        assertThat(titles())
                .containsExactly(
                        "INV-7 started",
                        "INV-7: discovery",
                        "INV-7 completed",
                        "Investigation started",
                        "Investigation ended");
        assertThat(timeline.events().get(1).detail())
                .isEqualTo("reused password (3 findings, progress 40 %, threat 57 %)");
    }

    @Test
    void alerts_beginAndEndAreRecorded_unknownOnesResolveNothing() {
        Alerts alerts = new Alerts();
        alerts.critical.add(alert("1", true));
        alerts.warnings.add(alert("2", false));
        recorder.alerts(alerts);
        recorder.alerts(alerts);
        alerts.critical.clear();
        alerts.warnings.clear();
        alerts.known = false;
        recorder.alerts(alerts);
        assertThat(titles()).containsExactly("Avatar1", "Avatar2");
        alerts.known = true;
        recorder.alerts(alerts);

        assertThat(titles()).containsExactly("Avatar1", "Avatar2", "Avatar1 resolved", "Avatar2 resolved");
        assertThat(timeline.events())
                .extracting(TimelineEvent::level)
                .containsExactly(Level.CRITICAL, Level.WARNING, Level.INFO, Level.INFO);
    }

    @Test
    void redisAndBackend_changesAreRecorded_firstValuesAreNot() {
        List<String> heard = new ArrayList<>();
        timeline.onEvent(event -> heard.add(event.kind() + " " + event.level()));
        recorder.redis(redis(false));
        recorder.redis(redis(true));
        recorder.redis(redis(false));
        recorder.redis(redis(true));
        recorder.backend("cuda", "works");
        recorder.backend("cpu", "device lost");

        assertThat(titles()).containsExactly("Redis lost", "Redis connected again", "Backend changed from cuda to cpu");
        assertThat(heard).containsExactly("REDIS WARNING", "REDIS INFO", "BACKEND WARNING");
    }

    @Test
    void file_restoresEvents_andFiringAlertIsNotRepeated() {
        Alerts alerts = new Alerts();
        alerts.critical.add(alert("1", true));
        recorder.alerts(alerts);
        new TimelineFile(directory, timeline).write();

        Timeline second = new Timeline(clock);
        new TimelineFile(directory, second).read();
        TimelineRecorder fresh = new TimelineRecorder(second, AvatarState.initial(NOON));
        fresh.alerts(alerts);
        assertThat(second.events()).isEqualTo(timeline.events());
        alerts.critical.clear();
        fresh.alerts(alerts);
        assertThat(second.events()).extracting(TimelineEvent::number).containsExactly(1L, 2L);
    }

    @Test
    void file_damaged_isKeptAside_andTimelineStartsEmpty() throws Exception {
        Path file = directory.resolve("timeline.json");
        for (String text : List.of(
                "no JSON",
                "{}",
                "[{\"number\":2,\"at\":\"yesterday\",\"kind\":\"alert\",\"level\":\"info\"}]",
                "[{\"number\":-1,\"at\":\"2026-01-01T00:00:00Z\",\"kind\":\"alert\",\"level\":\"info\"}]")) {
            Files.writeString(file, text);
            Timeline empty = new Timeline(clock);
            new TimelineFile(directory, empty).read();
            assertThat(empty.events()).as(text).isEmpty();
            assertThat(file).as(text).doesNotExist();
        }
    }

    @Test
    void file_isWrittenAtMostEvery30Seconds_andOnlyAfterEvents() {
        TimelineFile file = new TimelineFile(directory, timeline);
        file.writeIfDue(Duration.ofSeconds(40).toNanos());
        assertThat(directory.resolve("timeline.json")).doesNotExist();
        timeline.record(Kind.MODEL, Level.INFO, "Model loaded", "x".repeat(1000));
        file.writeIfDue(Duration.ofSeconds(41).toNanos());
        long first = directory.resolve("timeline.json").toFile().length();
        timeline.record(Kind.MODEL, Level.INFO, "Model loaded", "");
        file.writeIfDue(Duration.ofSeconds(42).toNanos());

        assertThat(directory.resolve("timeline.json").toFile().length())
                .isEqualTo(first)
                .isLessThan(600);
        file.writeIfDue(Duration.ofSeconds(72).toNanos());
        assertThat(directory.resolve("timeline.json").toFile().length()).isGreaterThan(first);
    }

    @Test
    void file_inUnwritableDirectory_isReportedAndIgnored() throws Exception {
        Path blocked = Files.createFile(directory.resolve("file"));
        timeline.record(Kind.MODEL, Level.INFO, "Model loaded", "");
        new TimelineFile(blocked, timeline).write();
        assertThat(blocked).isEmptyFile();
    }

    @Test
    void frameRate_missingSecondsAreUnknown_andOldOnesAreDropped() {
        FrameRateHistory rates = new FrameRateHistory();
        long second = 1_000_000_000L;
        rates.add(0, 30, 30);
        rates.add(second / 10, 99, 30);
        rates.add(second, Double.NaN, 30);
        rates.add(4 * second, 5, 5);
        assertThat(rates.samples()).extracting(FrameRateHistory.Sample::fps).containsExactly(30.0, 0.0, 0.0, 0.0, 5.0);
        assertThat(rates.samples())
                .extracting(FrameRateHistory.Sample::known)
                .containsExactly(true, false, false, false, true);

        rates.add(1L << 60, 12, 30);
        assertThat(rates.samples()).hasSize(FrameRateHistory.SECONDS);
        assertThat(rates.samples().get(FrameRateHistory.SECONDS - 1).fps()).isEqualTo(12);
    }
}
