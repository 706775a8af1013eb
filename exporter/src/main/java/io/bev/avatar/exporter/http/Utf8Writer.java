package io.bev.avatar.exporter.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Writer of UTF-8 for texts that are nearly all ASCII and written by one thread, often char by char. The JDK's writers lock
 * and check for each char, which costs a quarter of a scrape.
 */
final class Utf8Writer extends Writer {

    private static final int BUFFER_BYTES = 8192;
    private static final char FIRST_NON_ASCII = 0x80;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int length;

    /** First half of a surrogate pair whose second half was not written yet; 0 for none. */
    private char highSurrogate;

    Utf8Writer(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int c) throws IOException {
        char value = (char) c;
        if (value < FIRST_NON_ASCII && highSurrogate == 0) {
            ascii(value);
        } else {
            encode(String.valueOf(value));
        }
    }

    @Override
    public Writer append(char c) throws IOException {
        write(c);
        return this;
    }

    @Override
    public void write(String text, int offset, int count) throws IOException {
        int end = offset + count;
        for (int i = offset; i < end; i++) {
            char c = text.charAt(i);
            if (c >= FIRST_NON_ASCII || highSurrogate != 0) {
                encode(text.substring(i, end));
                return;
            }
            ascii(c);
        }
    }

    @Override
    public void write(char[] chars, int offset, int count) throws IOException {
        write(new String(chars, offset, count));
    }

    private void ascii(char c) throws IOException {
        if (length == BUFFER_BYTES) {
            flushBuffer();
        }
        buffer[length++] = (byte) c;
    }

    private void encode(String text) throws IOException {
        String whole = highSurrogate == 0 ? text : highSurrogate + text;
        highSurrogate = 0;
        if (!whole.isEmpty() && Character.isHighSurrogate(whole.charAt(whole.length() - 1))) {
            highSurrogate = whole.charAt(whole.length() - 1);
            whole = whole.substring(0, whole.length() - 1);
        }
        flushBuffer();
        out.write(whole.getBytes(StandardCharsets.UTF_8));
    }

    private void flushBuffer() throws IOException {
        out.write(buffer, 0, length);
        length = 0;
    }

    @Override
    public void flush() throws IOException {
        flushBuffer();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        if (highSurrogate != 0) {
            highSurrogate = 0;
            ascii('?');
        }
        flushBuffer();
        out.close();
    }
}
