package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.AvatarState.Investigation;
import io.lettuce.core.RedisCommandExecutionException;
import java.util.Optional;

/** Keeps {@code osint:current_investigation} at the state's investigation, with a time to live from its last change. */
final class InvestigationWriter {

    private record Shown(Optional<Investigation> investigation, Optional<Activity> activity) {}

    private final RedisStatus status;
    private Shown written = new Shown(Optional.empty(), Optional.empty());

    InvestigationWriter(RedisStatus status) {
        this.status = status;
    }

    /** Takes the investigation of {@code state} as known: what was restored is no news. */
    void start(AvatarState state) {
        written = shown(state);
    }

    void write(RedisSession session, AvatarState state) {
        Shown now = shown(state);
        if (now.equals(written) || !session.isOpen()) {
            return;
        }
        try {
            Optional<byte[]> document = StateDocument.investigation(state);
            if (document.isPresent()) {
                session.set(RedisKeys.CURRENT_INVESTIGATION, document.get(), RedisKeys.INVESTIGATION_TTL);
            } else {
                session.delete(RedisKeys.CURRENT_INVESTIGATION);
            }
            written = now;
            status.fine(RedisKeys.CURRENT_INVESTIGATION);
        } catch (RedisCommandExecutionException e) {
            status.fault(RedisKeys.CURRENT_INVESTIGATION, RedisError.of(e));
        }
    }

    private static Shown shown(AvatarState state) {
        return state.investigation().isEmpty()
                ? new Shown(Optional.empty(), Optional.empty())
                : new Shown(state.investigation(), state.activity());
    }
}
