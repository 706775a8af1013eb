package io.bev.avatar.renderer.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A packet of sound: a 24-byte big-endian header, and little-endian 16-bit samples, mono.
 *
 * <pre>
 * offset size
 *      0    2  magic 0x4253 ("BS")
 *      2    1  version, 1
 *      3    1  flags: 1 first packet of an utterance, 2 last one
 *      4    4  u32 number of the utterance
 *      8    8  u64 presentation time of the first sample, Unix time in microseconds
 *     16    4  u32 samples per second
 *     20    4  u32 position of the first sample in the utterance
 * </pre>
 */
public final class SoundPacket {

    public static final int FIRST = 1;
    public static final int LAST = 2;

    static final int MAGIC = 0x4253;
    static final int HEADER_BYTES = 24;
    private static final byte VERSION = 1;

    private SoundPacket() {}

    /**
     * @param flags {@link #FIRST} and {@link #LAST}
     * @param presentedMicros Unix time
     * @param position of the first sample in the utterance
     * @param count number of samples, from the start of {@code samples}
     */
    public static byte[] of(
            int flags, long utterance, long presentedMicros, int sampleRate, int position, short[] samples, int count) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + Short.BYTES * count);
        out.putShort((short) MAGIC).put(VERSION).put((byte) flags).putInt((int) utterance);
        out.putLong(presentedMicros).putInt(sampleRate).putInt(position);
        out.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().put(samples, 0, count);
        return out.array();
    }
}
