package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A journal record: the state and the read positions of the streams, so that an entry redelivered by Redis after a
 * crash is not applied twice.
 *
 * @param cursors id of the last applied entry, by stream key
 * @param fade the emotion that fades, as {@link EmotionFade} writes it
 */
record JournalRecord(AvatarState state, Map<String, String> cursors, Optional<ObjectNode> fade) {

    private static final String CURSORS = "cursors";
    private static final String FADE = "fade";

    JournalRecord {
        cursors = Map.copyOf(cursors);
    }

    byte[] encode() {
        ObjectNode node = StateDocument.tree(state);
        ObjectNode ids = node.putObject(CURSORS);
        cursors.forEach(ids::put);
        fade.ifPresent(fading -> node.set(FADE, fading));
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether {@link #decode} accepts a payload. */
    static boolean isUsable(byte[] json, Instant now) {
        try {
            decode(json, now);
            return true;
        } catch (RejectedUpdateException e) {
            return false;
        }
    }

    static JournalRecord decode(byte[] json, Instant now) throws RejectedUpdateException {
        Map<String, String> cursors = new HashMap<>();
        ObjectNode root = StateDocument.parse(json);
        for (Map.Entry<String, JsonNode> cursor : root.path(CURSORS).properties()) {
            cursors.put(cursor.getKey(), cursor.getValue().asText());
        }
        return new JournalRecord(
                StateDocument.read(json, now),
                cursors,
                Optional.ofNullable(root.get(FADE) instanceof ObjectNode fade ? fade : null));
    }
}
