package io.bev.avatar.renderer.state;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An entry of an update stream that could not be applied, as it is kept in the stream's dead letters: its fields, each with the
 * prefix {@value #FIELD}, and why. A large entry is kept without its fields.
 *
 * @param id of the entry in its stream
 * @param reason stable label
 * @param detail one line
 * @param fields of the entry
 */
public record DeadLetter(String id, String reason, String detail, Map<String, byte[]> fields) {

    static final String FIELD = "entry.";
    static final String ID = "id";
    static final String REASON = "reason";
    static final String DETAIL = "detail";

    public DeadLetter {
        fields = Map.copyOf(fields);
    }

    Map<String, byte[]> encode() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put(ID, id.getBytes(StandardCharsets.UTF_8));
        all.put(REASON, reason.getBytes(StandardCharsets.UTF_8));
        all.put(DETAIL, detail.getBytes(StandardCharsets.UTF_8));
        long bytes = fields.entrySet().stream()
                .mapToLong(field -> field.getKey().length() + field.getValue().length)
                .sum();
        if (bytes <= StateDocument.MAX_BYTES) {
            fields.forEach((name, value) -> all.put(FIELD + name, value));
        }
        return all;
    }

    static DeadLetter decode(Map<String, byte[]> all) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(FIELD)) {
                fields.put(name.substring(FIELD.length()), value);
            }
        });
        return new DeadLetter(text(all, ID), text(all, REASON), text(all, DETAIL), fields);
    }

    private static String text(Map<String, byte[]> all, String name) {
        return new String(all.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8);
    }
}
