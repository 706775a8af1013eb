package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a .ply file.
 *
 * @param ascii whether the data is text
 * @param order byte order of binary data
 * @param elements in file order
 * @param bytes length of the header itself
 * @param antialiased whether a comment declares opacity compensation
 */
record PlyHeader(boolean ascii, ByteOrder order, List<Element> elements, int bytes, boolean antialiased) {

    /** {@code comment antialiased}, optionally with a value. */
    private static final Pattern ANTIALIASED = Pattern.compile(
            "\\b(?:anti[-_ ]?alias(?:ed|ing)?|mip[-_ ]?splatting)\\b\\s*[:=]?\\s*(\\w*)", Pattern.CASE_INSENSITIVE);

    private static final List<String> FALSE = List.of("0", "false", "no", "off");

    private static final int MAX_LINE = 4096;
    private static final int MAX_BYTES = 1 << 20;

    PlyHeader {
        elements = List.copyOf(elements);
    }

    /** A scalar type under both of its names. */
    enum Type {
        INT8(1, "char", "int8"),
        UINT8(1, "uchar", "uint8"),
        INT16(2, "short", "int16"),
        UINT16(2, "ushort", "uint16"),
        INT32(4, "int", "int32"),
        UINT32(4, "uint", "uint32"),
        FLOAT32(4, "float", "float32"),
        FLOAT64(8, "double", "float64");

        final int bytes;
        private final String name;
        private final String sizedName;

        Type(int bytes, String name, String sizedName) {
            this.bytes = bytes;
            this.name = name;
            this.sizedName = sizedName;
        }

        static Optional<Type> of(String name) {
            for (Type type : values()) {
                if (type.name.equals(name) || type.sizedName.equals(name)) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * @param name the property's name
     * @param type its type
     * @param offset bytes from the start of the record
     */
    record Property(String name, Type type, int offset) {

        boolean isReal() {
            return type == Type.FLOAT32 || type == Type.FLOAT64;
        }

        /** The value of the record that starts at {@code at}; floats, doubles and unsigned bytes only. */
        float real(ByteBuffer buffer, int at) {
            return type == Type.FLOAT32 ? buffer.getFloat(at + offset) : (float) number(buffer, at);
        }

        /** Like {@link #real}, in the precision of the file. */
        double number(ByteBuffer buffer, int at) {
            return switch (type) {
                case FLOAT32 -> buffer.getFloat(at + offset);
                case FLOAT64 -> buffer.getDouble(at + offset);
                case UINT8 -> buffer.get(at + offset) & 0xFF;
                default -> throw new IllegalStateException(name + " is " + type);
            };
        }
    }

    /**
     * @param name such as {@code vertex}
     * @param count number of records
     * @param properties of each record; empty when one of them is a list
     * @param bytes size of a record; 0 when one of the properties is a list
     */
    record Element(String name, long count, List<Property> properties, int bytes) {

        Element {
            properties = List.copyOf(properties);
        }

        Optional<Property> property(String wanted) {
            return properties.stream().filter(p -> p.name().equals(wanted)).findFirst();
        }
    }

    Optional<Element> element(String name) {
        return elements.stream().filter(e -> e.name().equals(name)).findFirst();
    }

    /** Bytes of data before {@code element}. */
    long dataOffset(String source, Element element) throws AvatarFormatException {
        long offset = 0;
        for (Element earlier : elements) {
            if (earlier.name().equals(element.name())) {
                break;
            }
            if (earlier.count() == 0) {
                continue;
            }
            if (earlier.bytes() == 0) {
                throw bad(source, "records of fixed size before " + element.name(), "lists in " + earlier.name());
            }
            offset += earlier.count() * earlier.bytes();
        }
        return offset;
    }

    /** Bytes of binary data after {@code element}; empty if unknown because of lists or text. */
    OptionalLong dataAfter(Element element) {
        long bytes = 0;
        for (Element later : elements.subList(elements.indexOf(element) + 1, elements.size())) {
            if (later.count() > 0 && later.bytes() == 0) {
                return OptionalLong.empty();
            }
            bytes += later.count() * later.bytes();
        }
        return ascii ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    /** Reads the header and positions {@code in} at the first byte of data. */
    static PlyHeader read(String source, InputStream in) throws IOException {
        return new Parser(source, in).parse();
    }

    static AvatarFormatException bad(String source, String expected, String found) {
        return new AvatarFormatException(source, expected, found, "export the avatar as a 3D Gaussian splatting .ply");
    }

    private static final class Parser {
        private final String source;
        private final InputStream in;
        private final List<Element> elements = new ArrayList<>();
        private final List<Property> properties = new ArrayList<>();
        private String name = "";
        private long count;
        private int recordBytes;
        private boolean hasList;
        private int headerBytes;

        Parser(String source, InputStream in) {
            this.source = source;
            this.in = in;
        }

        PlyHeader parse() throws IOException {
            if (!line().equals("ply")) {
                throw bad(source, "a header that starts with 'ply'", "other data");
            }
            ByteOrder order = ByteOrder.LITTLE_ENDIAN;
            boolean ascii = false;
            boolean antialiased = false;
            while (true) {
                String line = line();
                String[] words = line.strip().split("\\s+", -1);
                switch (words[0].toLowerCase(Locale.ROOT)) {
                    case "format" -> {
                        order = order(line, words);
                        ascii = words[1].equals("ascii");
                    }
                    case "element" -> startElement(line, words);
                    case "property" -> addProperty(line, words);
                    case "end_header" -> {
                        endElement();
                        return new PlyHeader(ascii, order, elements, headerBytes, antialiased);
                    }
                    case "comment" -> antialiased |= declaresAntialiasing(line);
                    case "obj_info", "" -> {}
                    default -> throw bad(source, "format, element, property or comment lines", quoted(line));
                }
            }
        }

        private static boolean declaresAntialiasing(String line) {
            Matcher found = ANTIALIASED.matcher(line);
            return found.find() && !FALSE.contains(found.group(1).toLowerCase(Locale.ROOT));
        }

        private ByteOrder order(String line, String[] words) throws AvatarFormatException {
            String format = words.length > 1 ? words[1] : "";
            return switch (format) {
                case "binary_little_endian", "ascii" -> ByteOrder.LITTLE_ENDIAN;
                case "binary_big_endian" -> ByteOrder.BIG_ENDIAN;
                default -> throw bad(source, "format binary_little_endian, binary_big_endian or ascii", quoted(line));
            };
        }

        private void startElement(String line, String[] words) throws AvatarFormatException {
            endElement();
            if (words.length != 3 || !words[2].matches("\\d{1,18}")) {
                throw bad(source, "'element NAME COUNT'", quoted(line));
            }
            name = words[1];
            count = Long.parseLong(words[2]);
            if (count > Integer.MAX_VALUE) {
                throw bad(source, "at most " + Integer.MAX_VALUE + " records of " + name, count + " declared");
            }
        }

        private void endElement() {
            if (!name.isEmpty()) {
                elements.add(new Element(name, count, hasList ? List.of() : properties, hasList ? 0 : recordBytes));
            }
            properties.clear();
            recordBytes = 0;
            hasList = false;
            name = "";
        }

        private void addProperty(String line, String[] words) throws AvatarFormatException {
            if (name.isEmpty()) {
                throw bad(source, "an element before its properties", quoted(line));
            }
            if (words.length == 5 && words[1].equals("list")) {
                hasList = true;
                return;
            }
            Optional<Type> type = words.length == 3 ? Type.of(words[1]) : Optional.empty();
            if (type.isEmpty()) {
                throw bad(source, "'property TYPE NAME' with a known type", quoted(line));
            }
            properties.add(new Property(words[2], type.get(), recordBytes));
            recordBytes += type.get().bytes;
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw RecordReader.truncated(source, "an end_header line", headerBytes + " bytes");
                }
                if (line.size() == MAX_LINE || headerBytes > MAX_BYTES) {
                    throw bad(source, "a text header with lines below " + MAX_LINE + " bytes", "a longer header");
                }
                headerBytes++;
                line.write(b);
            }
            headerBytes++;
            return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
        }

        private static String quoted(String line) {
            return "'" + (line.length() > 60 ? line.substring(0, 60) + "..." : line) + "'";
        }
    }
}
