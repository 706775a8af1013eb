package io.bev.avatar.renderer.state;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.renderer.state.OsintDeduplicator.Channel;
import java.time.Clock;

/**
 * Creates changes from documents. Parsing and validation happen when the change is applied, which rejects invalid
 * documents.
 */
final class StateChanges {

    private final OsintRules rules;
    private final ThreatScale scale;
    private final OsintDeduplicator deduplicator;
    private final EmotionFades fades;
    private final Clock clock;

    StateChanges(OsintConfig osint, OsintDeduplicator deduplicator, EmotionFades fades, Clock clock) {
        this.rules = new OsintRules(osint.rules(), fades);
        this.fades = fades;
        this.scale = osint.scale();
        this.deduplicator = deduplicator;
        this.clock = clock;
    }

    StateChange document(byte[] json) {
        return state -> StateDocument.apply(fields(json), state, clock.instant());
    }

    StateChange event(byte[] json, Channel channel) {
        return state -> event(fields(json), channel, state);
    }

    /** The change for an entry of the given stream. */
    StateChange entry(String stream, StreamEntry entry) {
        return stream.equals(RedisKeys.OSINT_UPDATES)
                ? state -> event(entry.document(), Channel.STREAM, state)
                : state -> StateDocument.apply(entry.document(), state, clock.instant());
    }

    /** The next step of the emotion that fades. */
    StateChange fade() {
        return state -> fades.step(state, clock.instant());
    }

    StateChange reset() {
        return state -> AvatarState.initial(clock.instant()).withSeq(state.seq() + 1);
    }

    private AvatarState event(JsonFields fields, Channel channel, AvatarState state) throws RejectedUpdateException {
        OsintEvent event = OsintEvent.of(fields, scale);
        if (deduplicator.isDuplicate(event, channel)) {
            throw new RejectedUpdateException(
                    RejectionReason.DUPLICATE, "event: found a duplicate of a processed event, expected a new one");
        }
        return rules.apply(event, state, clock.instant());
    }

    private static JsonFields fields(byte[] json) throws RejectedUpdateException {
        return new JsonFields(StateDocument.parse(json), false);
    }
}
