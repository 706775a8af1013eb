package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;

/** Sends sound and captions to viewers. Thread-safe; no method blocks. */
public interface SoundOutput {

    /**
     * Sends sound to the viewers that play it.
     *
     * @param packet header and samples as {@link SoundPacket} writes them; not modified afterwards
     */
    void send(byte[] packet);

    /**
     * Shows a caption, also to viewers that join later, until the next one.
     *
     * @param speech the field {@code speech} of the message
     */
    void caption(ObjectNode speech);

    Statistics statistics();

    /**
     * @param packetsSent since start, one per viewer and packet
     * @param packetsDropped because a viewer was too slow
     * @param offsetSeconds largest distance between sound and image that viewers have reported in the last ten seconds; empty
     *     without a report
     * @param underruns gaps in the sound reported by viewers since start
     */
    record Statistics(long packetsSent, long packetsDropped, OptionalDouble offsetSeconds, long underruns) {}
}
