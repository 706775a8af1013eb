package io.bev.avatar.renderer.expression;

import io.bev.avatar.renderer.state.ActiveAlert;
import io.bev.avatar.renderer.state.AvatarState;
import io.bev.avatar.renderer.state.StateStore;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Adds a note to the outcome of an update whose effect {@link AlertOverlay} hides. Thread-safe. */
public final class NotedUpdates {

    private final StateStore store;
    private final ActiveAlert.Source alerts;

    public NotedUpdates(StateStore store, ActiveAlert.Source alerts) {
        this.store = store;
        this.alerts = alerts;
    }

    /** Performs {@code update}; its outcome has a note if an alert hides the emotion that it sets. */
    public Outcome submit(Function<StateStore, Outcome> update) {
        AvatarState before = store.current();
        Outcome outcome = update.apply(store);
        List<ActiveAlert> active = outcome.accepted() ? alerts.active() : List.of();
        AvatarState after = store.current();
        return active.isEmpty() || !hides(before, after)
                ? outcome
                : outcome.withNote("not visible: the alert emotion is shown instead of "
                        + after.emotion().label() + " until " + active.get(0).name() + others(active) + " resolved");
    }

    private static String others(List<ActiveAlert> active) {
        return active.size() == 1 ? " is" : " and " + (active.size() - 1) + " more are";
    }

    private static boolean hides(AvatarState before, AvatarState after) {
        AvatarState shown = AlertOverlay.withAlert(after);
        boolean covered = !isSameEmotion(shown, after);
        boolean emotionWasSet = !isSameEmotion(before, after);
        return covered && (emotionWasSet || look(before).equals(look(after)));
    }

    private static boolean isSameEmotion(AvatarState a, AvatarState b) {
        return a.emotion() == b.emotion() && a.intensity() == b.intensity();
    }

    /** What of the state is visible in the image. */
    private static AvatarState look(AvatarState state) {
        return new AvatarState(
                0,
                state.emotion(),
                state.intensity(),
                Optional.empty(),
                state.head(),
                state.gaze(),
                state.mouth(),
                state.blendshapes(),
                Optional.empty(),
                Instant.EPOCH);
    }
}
