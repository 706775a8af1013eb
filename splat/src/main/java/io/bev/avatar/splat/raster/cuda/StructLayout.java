package io.bev.avatar.splat.raster.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The layout of a kernel's structure, parsed from its C++ text: pointers take 8 bytes, int, unsigned and float 4, each
 * aligned to its size.
 */
final class StructLayout {

    private static final Pattern COMMENT = Pattern.compile("//[^\n]*");
    private static final Pattern FIELD = Pattern.compile("([a-z0-9_ ]*?[a-z0-9_]+)\\s*(\\*)?\\s+(\\w+)$");

    private final String name;
    private final Map<String, Field> fields;
    private final int bytes;

    private record Field(int offset, int bytes) {}

    private StructLayout(String name, Map<String, Field> fields, int bytes) {
        this.name = name;
        this.fields = fields;
        this.bytes = bytes;
    }

    /** Parses the structure {@code name} of {@code text}. */
    static StructLayout parse(String text, String name) {
        String plain = COMMENT.matcher(text).replaceAll("");
        Matcher body = Pattern.compile("struct " + name + " \\{([^}]*)\\}").matcher(plain);
        if (!body.find()) {
            throw new IllegalArgumentException("struct " + name + ": not in the text");
        }
        Map<String, Field> fields = new LinkedHashMap<>();
        int at = 0;
        int widest = 4;
        for (String declaration : body.group(1).split(";", -1)) {
            if (declaration.isBlank()) {
                continue;
            }
            Matcher field = FIELD.matcher(declaration.strip());
            if (!field.find()) {
                throw new IllegalArgumentException("struct " + name + ": cannot read '" + declaration.strip() + "'");
            }
            int size = sizeOf(name, field);
            at = roundUp(at, size);
            fields.put(field.group(3), new Field(at, size));
            at += size;
            widest = Math.max(widest, size);
        }
        return new StructLayout(name, fields, roundUp(at, widest));
    }

    private static int sizeOf(String struct, Matcher field) {
        if (field.group(2) != null) {
            return 8;
        }
        return switch (field.group(1).strip()) {
            case "int", "unsigned", "float" -> 4;
            default ->
                throw new IllegalArgumentException("struct " + struct + ": field of type " + field.group(1)
                        + ", expected a pointer, int, unsigned or float");
        };
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    int bytes() {
        return bytes;
    }

    /** A zeroed buffer of the structure's size. */
    ByteBuffer buffer() {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** Byte offset of a field of {@code size} bytes. */
    int offset(String field, int size) {
        Field found = fields.get(field);
        if (found == null || found.bytes != size) {
            throw new IllegalArgumentException("struct " + name + " has no field " + field + " of " + size + " bytes");
        }
        return found.offset;
    }

    void pointer(ByteBuffer buffer, String field, long address) {
        buffer.putLong(offset(field, 8), address);
    }

    void number(ByteBuffer buffer, String field, int value) {
        buffer.putInt(offset(field, 4), value);
    }
}
