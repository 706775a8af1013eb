package io.bev.avatar.renderer.lifecycle;

import static io.bev.avatar.renderer.lifecycle.LifecycleState.CREATED;
import static io.bev.avatar.renderer.lifecycle.LifecycleState.DEGRADED;
import static io.bev.avatar.renderer.lifecycle.LifecycleState.FAILED;
import static io.bev.avatar.renderer.lifecycle.LifecycleState.INITIALIZING;
import static io.bev.avatar.renderer.lifecycle.LifecycleState.PAUSED;
import static io.bev.avatar.renderer.lifecycle.LifecycleState.RUNNING;
import static io.bev.avatar.renderer.lifecycle.LifecycleState.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LifecycleTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Lifecycle lifecycle = new Lifecycle(Clock.fixed(NOON, ZoneOffset.UTC));
    private final List<Lifecycle.Change> changes = new ArrayList<>();

    private void running() {
        lifecycle.onChange(changes::add);
        lifecycle.change("start", EnumSet.of(CREATED), INITIALIZING, "");
        lifecycle.change("first frame", EnumSet.of(INITIALIZING), RUNNING, "");
    }

    @Test
    void changes_areTimestampedNumberedAndPublished() {
        running();
        lifecycle.change("pause", EnumSet.of(RUNNING, DEGRADED), PAUSED, "operator");
        assertThat(changes)
                .containsExactly(
                        new Lifecycle.Change(CREATED, INITIALIZING, "", NOON, 1),
                        new Lifecycle.Change(INITIALIZING, RUNNING, "", NOON, 2),
                        new Lifecycle.Change(RUNNING, PAUSED, "operator", NOON, 3));
        assertThat(lifecycle.status()).isEqualTo(new Lifecycle.Status(PAUSED, NOON, "operator"));
    }

    @Test
    void invalidOperation_isReported_andChangesNothing() {
        running();
        assertThatThrownBy(() -> lifecycle.change("resume", EnumSet.of(PAUSED), RUNNING, ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("resume is not possible in state RUNNING, expected one of [PAUSED]");
        assertThat(lifecycle.state()).isEqualTo(RUNNING);
        assertThat(changes).hasSize(2);
        assertThat(lifecycle.changeIf(EnumSet.of(PAUSED), RUNNING, "")).isFalse();
    }

    @Test
    void end_isFinal() {
        running();
        assertThat(lifecycle.end(FAILED, "GPU lost")).isTrue();
        assertThat(lifecycle.end(STOPPED, "")).isFalse();
        assertThat(lifecycle.status().reason()).isEqualTo("GPU lost");
        assertThatThrownBy(() -> lifecycle.end(RUNNING, "")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource(LifecycleState.class)
    void everyNonTerminalState_mayStopAndFail(LifecycleState state) {
        assertThat(state.next().contains(STOPPED)).isEqualTo(!state.terminal());
        assertThat(state.next().contains(FAILED)).isEqualTo(!state.terminal());
        assertThat(state.next()).doesNotContain(CREATED, state);
    }

    @Test
    void listener_mayChangeTheState() {
        lifecycle.onChange(change -> {
            if (change.to() == INITIALIZING) {
                lifecycle.end(FAILED, "no model");
            }
        });
        lifecycle.change("start", EnumSet.of(CREATED), INITIALIZING, "");
        assertThat(lifecycle.state()).isEqualTo(FAILED);
    }
}
