package io.bev.avatar.renderer.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.state.OsintDeduplicator.Channel;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OsintDeduplicatorTest {

    private final AtomicLong nanos = new AtomicLong(-5);
    private final OsintDeduplicator repetitions = new OsintDeduplicator(nanos::get);

    private static OsintEvent event(String id, double progress) {
        return new OsintEvent(
                Optional.of(id).filter(text -> !text.isEmpty()),
                Optional.empty(),
                Optional.of("A"),
                OptionalDouble.of(progress),
                OptionalInt.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                "");
    }

    @Test
    void secondCopyOverOtherChannel_isDuplicateInEitherOrder() {
        for (Map.Entry<Channel, Channel> order : Map.of(Channel.STREAM, Channel.PUBSUB, Channel.PUBSUB, Channel.STREAM)
                .entrySet()) {
            assertThat(repetitions.isDuplicate(event("", 0.1), order.getKey())).isFalse();
            assertThat(repetitions.isDuplicate(event("", 0.1), order.getValue()))
                    .isTrue();
            assertThat(repetitions.isDuplicate(event("", 0.1), order.getKey())).isFalse();
            assertThat(repetitions.isDuplicate(event("", 0.1), order.getValue()))
                    .isTrue();
        }
    }

    @Test
    void sameContentOverOneChannel_isTwoEventsWithTwoCopies() {
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.STREAM)).isFalse();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.STREAM)).isFalse();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.PUBSUB)).isTrue();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.PUBSUB)).isTrue();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.PUBSUB)).isFalse();
    }

    @Test
    void otherContent_isAnotherEvent() {
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.STREAM)).isFalse();
        assertThat(repetitions.isDuplicate(event("", 0.2), Channel.PUBSUB)).isFalse();
    }

    @Test
    void eventId_isDuplicateOverAnyChannel() {
        assertThat(repetitions.isDuplicate(event("e1", 0.1), Channel.HTTP)).isFalse();
        assertThat(repetitions.isDuplicate(event("e1", 0.2), Channel.HTTP)).isTrue();
        assertThat(repetitions.isDuplicate(event("e1", 0.2), Channel.STREAM)).isTrue();
        assertThat(repetitions.isDuplicate(event("e2", 0.2), Channel.STREAM)).isFalse();
    }

    @Test
    void event_afterWindow_isForgotten() {
        assertThat(repetitions.isDuplicate(event("e1", 0.1), Channel.STREAM)).isFalse();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.STREAM)).isFalse();
        nanos.addAndGet(OsintDeduplicator.WINDOW.toNanos() + 1);
        assertThat(repetitions.isDuplicate(event("e1", 0.1), Channel.STREAM)).isFalse();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.PUBSUB)).isFalse();
    }

    @Test
    void rollback_discardsUncommittedEvents() {
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.STREAM)).isFalse();
        repetitions.commit();
        assertThat(repetitions.isDuplicate(event("e1", 0.1), Channel.PUBSUB)).isFalse();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.PUBSUB)).isTrue();
        repetitions.rollback();
        assertThat(repetitions.isDuplicate(event("e1", 0.1), Channel.PUBSUB)).isFalse();
        assertThat(repetitions.isDuplicate(event("", 0.1), Channel.PUBSUB)).isTrue();
    }
}
