package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.renderer.state.AvatarState.Investigation;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.Optional;

/** Writes the state's investigation to {@code osint:current_investigation}, with a TTL from its last change. */
final class InvestigationWriter {

    private static final Duration TTL = Duration.ofHours(1);

    private record Content(Optional<Investigation> investigation, Optional<Activity> activity) {}

    private final RedisStatus status;
    private Content written = new Content(Optional.empty(), Optional.empty());

    InvestigationWriter(RedisStatus status) {
        this.status = status;
    }

    /** Marks the investigation of the restored {@code state} as already written: a restart does not prolong its expiry. */
    void start(AvatarState state) {
        written = contentOf(state);
    }

    /**
     * A new session: an investigation that Redis has lost is written again, with the expiry that it had.
     *
     * @param age time since the last change of the state
     * @return the investigation in Redis, to be adopted, if {@code state} is the initial one
     */
    Optional<byte[]> begin(RedisSession session, AvatarState state, Duration age) {
        try {
            Optional<byte[]> found = session.get(RedisKeys.CURRENT_INVESTIGATION);
            if (found.isEmpty() && state.investigation().isPresent() && age.compareTo(TTL) < 0) {
                session.set(
                        RedisKeys.CURRENT_INVESTIGATION,
                        StateDocument.investigation(state).orElseThrow(),
                        TTL.minus(age).plusSeconds(1));
                written = contentOf(state);
            }
            status.cleared(RedisKeys.CURRENT_INVESTIGATION);
            return state.seq() == 0 ? found : Optional.empty();
        } catch (RedisCommandExecutionException e) {
            status.fault(RedisKeys.CURRENT_INVESTIGATION, RedisError.of(e));
            return Optional.empty();
        }
    }

    void write(RedisSession session, AvatarState state) {
        Content now = contentOf(state);
        if (now.equals(written) || !session.isOpen()) {
            return;
        }
        try {
            Optional<byte[]> document = StateDocument.investigation(state);
            if (document.isPresent()) {
                session.set(RedisKeys.CURRENT_INVESTIGATION, document.get(), TTL);
            } else {
                session.delete(RedisKeys.CURRENT_INVESTIGATION);
            }
            written = now;
            status.cleared(RedisKeys.CURRENT_INVESTIGATION);
        } catch (RedisCommandExecutionException e) {
            status.fault(RedisKeys.CURRENT_INVESTIGATION, RedisError.of(e));
        }
    }

    private static Content contentOf(AvatarState state) {
        return state.investigation().isEmpty()
                ? new Content(Optional.empty(), Optional.empty())
                : new Content(state.investigation(), state.activity());
    }
}
