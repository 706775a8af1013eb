package io.bev.avatar.renderer.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.splat.pose.ExpressionFrame;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlertOverlayTest {

    private final List<AvatarState> expressed = new ArrayList<>();
    private List<ActiveAlert> active = List.of();

    private final ActiveAlert.Source alerts = new ActiveAlert.Source() {
        @Override
        public List<ActiveAlert> active() {
            return active;
        }

        @Override
        public List<ActiveAlert> warnings() {
            return List.of();
        }

        @Override
        public boolean isKnown() {
            return true;
        }

        @Override
        public void close() {
            // nothing to release
        }
    };

    private static AvatarState speaking(double intensity) {
        return new AvatarState(
                7,
                Emotion.HAPPY,
                intensity,
                Optional.empty(),
                new AvatarState.Head(0.1, 0, 0),
                new AvatarState.Gaze(0.2, 0),
                0.6,
                Map.of("jawOpen", 0.4),
                Optional.empty(),
                Instant.EPOCH);
    }

    @Test
    void criticalAlert_overridesEmotionOnly_untilResolved() {
        AvatarState happy = speaking(0.3);
        AlertOverlay overlay = new AlertOverlay((state, now, out) -> expressed.add(state), alerts, happy);
        ExpressionFrame frame = new ExpressionFrame();

        overlay.express(happy, 1, frame);
        active = List.of(new ActiveAlert("1", true, "AvatarX", "a", "", "", "", "", ""));
        overlay.express(happy, 2, frame);
        overlay.express(happy, 3, frame);
        active = List.of();
        overlay.express(happy, 4, frame);

        assertThat(expressed.get(0)).isSameAs(happy);
        AvatarState alert = expressed.get(1);
        assertThat(alert.emotion()).isEqualTo(Emotion.ALERT);
        assertThat(alert.intensity()).isEqualTo(0.85);
        assertThat(alert.mouth()).isEqualTo(happy.mouth());
        assertThat(alert.blendshapes()).isEqualTo(happy.blendshapes());
        assertThat(alert.gaze()).isEqualTo(happy.gaze());
        assertThat(alert.seq()).isEqualTo(happy.seq());
        assertThat(expressed.get(2)).as("no allocation per frame").isSameAs(alert);
        assertThat(expressed.get(3)).isSameAs(happy);
    }

    @Test
    void stateChangeDuringAlert_isApplied() {
        AlertOverlay overlay = new AlertOverlay((state, now, out) -> expressed.add(state), alerts, speaking(0));
        active = List.of(new ActiveAlert("1", true, "AvatarX", "a", "", "", "", "", ""));
        overlay.express(speaking(1), 1, new ExpressionFrame());

        assertThat(expressed.get(0).intensity()).isEqualTo(1);
    }
}
