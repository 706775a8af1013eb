package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The data of an ascii .ply as if it were binary: each number in the type and byte order that the header declares. */
final class AsciiPlyStream extends InputStream {

    private static final int MAX_NUMBER = 64;

    private final String source;
    private final InputStream in;
    private final Iterator<PlyHeader.Element> elements;
    private final ByteBuffer number = ByteBuffer.allocate(Double.BYTES);
    private final StringBuilder text = new StringBuilder();
    private List<PlyHeader.Property> properties = List.of();
    private String element = "";
    private long remaining;
    private int column;

    AsciiPlyStream(String source, PlyHeader header, InputStream in) {
        this.source = source;
        this.in = in;
        number.order(header.order()).limit(0);
        List<PlyHeader.Element> withData = new ArrayList<>();
        for (PlyHeader.Element e : header.elements()) {
            if (e.bytes() == 0 && e.count() > 0) {
                break;
            }
            withData.add(e);
        }
        elements = withData.iterator();
    }

    @Override
    public int read() throws IOException {
        return number.hasRemaining() || next() ? number.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int done = 0;
        while (done < length && (number.hasRemaining() || next())) {
            int n = Math.min(number.remaining(), length - done);
            number.get(to, offset + done, n);
            done += n;
        }
        return done == 0 && length > 0 ? -1 : done;
    }

    private boolean next() throws IOException {
        while (column == properties.size() || remaining == 0) {
            if (remaining > 1) {
                remaining--;
                column = 0;
            } else if (elements.hasNext()) {
                PlyHeader.Element e = elements.next();
                element = e.name();
                properties = e.properties();
                remaining = properties.isEmpty() ? 0 : e.count();
                column = 0;
            } else {
                return false;
            }
        }
        if (!word()) {
            return false;
        }
        PlyHeader.Property property = properties.get(column++);
        number.clear();
        try {
            put(property.type());
        } catch (NumberFormatException e) {
            throw new AvatarFormatException(
                    source,
                    "a number as " + property.name() + " of " + element,
                    "'" + text + "'",
                    "the file is damaged: copy or download it again",
                    e);
        }
        number.flip();
        return true;
    }

    private void put(PlyHeader.Type type) {
        double value = value();
        switch (type) {
            case FLOAT32 -> number.putFloat((float) value);
            case FLOAT64 -> number.putDouble(value);
            case INT8, UINT8 -> number.put((byte) (int) value);
            case INT16, UINT16 -> number.putShort((short) (int) value);
            case INT32, UINT32 -> number.putInt((int) (long) value);
        }
    }

    private double value() {
        String word = text.toString();
        return switch (word.toLowerCase(java.util.Locale.ROOT)) {
            case "nan", "-nan" -> Double.NaN;
            case "inf", "infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(word);
        };
    }

    /** Reads the next word into {@link #text}; false at the end of the data. */
    private boolean word() throws IOException {
        text.setLength(0);
        int b = in.read();
        while (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
            b = in.read();
        }
        while (b > ' ') {
            if (text.length() == MAX_NUMBER) {
                throw new AvatarFormatException(
                        source,
                        "a number of at most " + MAX_NUMBER + " characters",
                        "'" + text + "...'",
                        "the file is damaged: copy or download it again");
            }
            text.append((char) b);
            b = in.read();
        }
        return text.length() > 0;
    }
}
