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

    /** Marks the investigation of the restored {@code state} as already written. */
    void start(AvatarState state) {
        written = contentOf(state);
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
