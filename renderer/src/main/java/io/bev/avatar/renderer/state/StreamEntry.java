package io.bev.avatar.renderer.state;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * An entry of a Redis stream. Its document is JSON in the field {@code json} (or {@code state}, or {@code event}),
 * otherwise the flat fields themselves: {@code XADD avatar:state:updates * emotion happy intensity 0.8 head.yaw 0.1
 * blendshapes.jawOpen 0.3}. In flat fields a dot separates nested names, numbers are text, an empty text clears the
 * field, and lists are JSON.
 */
record StreamEntry(String id, Map<String, byte[]> fields) {

    private static final Set<String> DOCUMENT_FIELDS = Set.of("json", "state", "event");
    private static final int MAX_FIELDS = 256;

    /** The document's fields. */
    JsonFields document() throws RejectedUpdateException {
        for (String name : DOCUMENT_FIELDS) {
            byte[] json = fields.get(name);
            if (json != null) {
                return new JsonFields(StateDocument.parse(json), false);
            }
        }
        return new JsonFields(flat(), true);
    }

    private ObjectNode flat() throws RejectedUpdateException {
        long bytes = fields.entrySet().stream()
                .mapToLong(e -> e.getKey().length() + e.getValue().length)
                .sum();
        if (fields.size() > MAX_FIELDS || bytes > StateDocument.MAX_BYTES) {
            throw new RejectedUpdateException(
                    RejectionReason.TOO_LARGE,
                    "entry " + id + ": found " + fields.size() + " fields of " + bytes + " bytes, expected at most "
                            + MAX_FIELDS + " of " + StateDocument.MAX_BYTES);
        }
        if (fields.isEmpty()) {
            throw new RejectedUpdateException(
                    RejectionReason.MISSING_FIELD, "entry " + id + ": found no fields, expected at least one");
        }
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, byte[]> field : fields.entrySet()) {
            put(root, field.getKey(), new String(field.getValue(), StandardCharsets.UTF_8));
        }
        return root;
    }

    private static void put(ObjectNode root, String name, String text) throws RejectedUpdateException {
        int dot = name.indexOf('.');
        if (dot > 0) {
            if (!(root.path(name.substring(0, dot)) instanceof ObjectNode)) {
                root.putObject(name.substring(0, dot));
            }
            ((ObjectNode) root.path(name.substring(0, dot))).put(name.substring(dot + 1), text);
        } else if (text.startsWith("[")) {
            String wrapped = "{\"list\":" + text + "}";
            root.set(
                    name,
                    StateDocument.parse(wrapped.getBytes(StandardCharsets.UTF_8))
                            .path("list"));
        } else if (!root.has(name)) {
            root.put(name, text);
        }
    }

    /** Whether {@code id} is at or before {@code other}. */
    static boolean isUpTo(String id, String other) {
        long[] a = parse(id);
        long[] b = parse(other);
        int byTime = Long.compareUnsigned(a[0], b[0]);
        return byTime != 0 ? byTime < 0 : Long.compareUnsigned(a[1], b[1]) <= 0;
    }

    /** The largest id below {@code id}. */
    static String before(String id) {
        long[] parts = parse(id);
        if (parts[1] != 0) {
            return Long.toUnsignedString(parts[0]) + "-" + Long.toUnsignedString(parts[1] - 1);
        }
        return parts[0] == 0 ? "0-0" : Long.toUnsignedString(parts[0] - 1) + "-" + Long.toUnsignedString(-1L);
    }

    private static long[] parse(String id) {
        int dash = id.indexOf('-');
        return new long[] {
            Long.parseUnsignedLong(dash < 0 ? id : id.substring(0, dash)),
            dash < 0 ? 0 : Long.parseUnsignedLong(id.substring(dash + 1))
        };
    }
}
