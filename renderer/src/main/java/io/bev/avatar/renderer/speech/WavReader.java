package io.bev.avatar.renderer.speech;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads a WAV file (RIFF) of 16-bit PCM while it arrives; two channels become their mean. The size in the header of the data is ignored,
 * because commands that write to a pipe do not know it.
 */
final class WavReader implements AutoCloseable {

    private static final int PCM = 1;
    private static final int EXTENSIBLE = 0xfffe;
    private static final int MIN_RATE = 8000;
    private static final int MAX_RATE = 48_000;
    private static final int MAX_CHUNK = 1 << 16;
    private static final int FORMAT_BYTES = 16;

    private final DataInputStream in;
    private int sampleRate;
    private int channels;
    private byte[] buffer = new byte[0];

    /** Reads the header. @throws IOException when it is not such a file; the message names found and expected */
    WavReader(InputStream from) throws IOException {
        in = new DataInputStream(new BufferedInputStream(from));
        if (!tag().equals("RIFF")) {
            throw new IOException("found no WAV file, expected RIFF with 16-bit PCM");
        }
        length();
        if (!tag().equals("WAVE")) {
            throw new IOException("found RIFF without WAVE, expected a WAV file of 16-bit PCM");
        }
        for (String chunk = tag(); !chunk.equals("data"); chunk = tag()) {
            int length = length();
            if (length < 0 || length > MAX_CHUNK) {
                throw new IOException(
                        "part '" + chunk + "' of " + Integer.toUnsignedLong(length) + " bytes before the sound");
            }
            byte[] content = new byte[length + (length & 1)];
            in.readFully(content);
            if (chunk.equals("fmt ")) {
                format(content);
            }
        }
        length();
        if (channels == 0) {
            throw new IOException("WAV file without its format");
        }
    }

    private void format(byte[] content) throws IOException {
        if (content.length < FORMAT_BYTES) {
            throw new IOException("WAV format of " + content.length + " bytes, expected " + FORMAT_BYTES);
        }
        int kind = u16(content, 0);
        channels = u16(content, 2);
        sampleRate = u16(content, 4) | (u16(content, 6) << 16);
        int bits = u16(content, 14);
        if ((kind != PCM && kind != EXTENSIBLE)
                || bits != Short.SIZE
                || channels < 1
                || channels > 2
                || sampleRate < MIN_RATE
                || sampleRate > MAX_RATE) {
            throw new IOException(
                    "WAV of format " + kind + ", " + bits + " bits, " + channels + " channels, " + sampleRate
                            + " Hz, expected 16-bit PCM, 1 or 2 channels, " + MIN_RATE + " to " + MAX_RATE + " Hz");
        }
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) | ((bytes[at + 1] & 0xff) << 8);
    }

    private String tag() throws IOException {
        byte[] tag = new byte[4];
        try {
            in.readFully(tag);
        } catch (EOFException e) {
            throw new IOException("found no sound, expected a WAV file of 16-bit PCM", e);
        }
        return new String(tag, StandardCharsets.ISO_8859_1);
    }

    private int length() throws IOException {
        return Integer.reverseBytes(in.readInt());
    }

    int sampleRate() {
        return sampleRate;
    }

    /** Fills {@code samples}; returns their number, less at the end, 0 after it. */
    int read(short[] samples) throws IOException {
        int frame = Short.BYTES * channels;
        if (buffer.length != samples.length * frame) {
            buffer = new byte[samples.length * frame];
        }
        int count = in.readNBytes(buffer, 0, buffer.length) / frame;
        for (int i = 0; i < count; i++) {
            int sum = 0;
            for (int channel = 0; channel < channels; channel++) {
                sum += (short) u16(buffer, i * frame + channel * Short.BYTES);
            }
            samples[i] = (short) (sum / channels);
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
