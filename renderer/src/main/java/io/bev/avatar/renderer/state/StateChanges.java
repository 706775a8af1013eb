package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.OsintDeduplicator.Channel;
import java.time.Clock;

/** Makes changes out of documents; reading and judging them is part of the change, so that a bad one is refused like any. */
final class StateChanges {

    private final OsintRules rules;
    private final ThreatScale scale;
    private final OsintDeduplicator repetitions;
    private final Clock clock;

    StateChanges(OsintConfig osint, OsintDeduplicator repetitions, Clock clock) {
        this.rules = new OsintRules(osint.rules());
        this.scale = osint.scale();
        this.repetitions = repetitions;
        this.clock = clock;
    }

    StateChange document(byte[] json) {
        return state -> StateDocument.apply(fields(json), state, clock.instant());
    }

    StateChange event(byte[] json, Channel channel) {
        return state -> event(fields(json), channel, state);
    }

    /** The change that an entry of the stream of that key makes. */
    StateChange entry(String stream, StreamEntry entry) {
        return stream.equals(RedisKeys.OSINT_UPDATES)
                ? state -> event(entry.document(), Channel.STREAM, state)
                : state -> StateDocument.apply(entry.document(), state, clock.instant());
    }

    StateChange reset() {
        return state -> AvatarState.initial(clock.instant()).withSeq(state.seq() + 1);
    }

    private AvatarState event(JsonFields fields, Channel channel, AvatarState state) throws RejectedUpdateException {
        OsintEvent event = OsintEvent.of(fields, scale);
        if (repetitions.isRepetition(event, channel)) {
            throw new RejectedUpdateException(
                    RejectionReason.DUPLICATE, "event: found one that was taken already, expected a new one");
        }
        return rules.apply(event, state, clock.instant());
    }

    private static JsonFields fields(byte[] json) throws RejectedUpdateException {
        return new JsonFields(StateDocument.parse(json), false);
    }
}
