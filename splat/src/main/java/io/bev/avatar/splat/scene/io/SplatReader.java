package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads {@code .splat}: records of 32 bytes without a header. A record holds the centre and the linear scales as
 * floats, then red, green, blue, opacity and the quaternion w, x, y, z as bytes.
 */
final class SplatReader {

    private static final int RECORD_BYTES = 32;

    private SplatReader() {}

    /**
     * @param in the file from its first byte; not closed
     * @param size its length in bytes
     * @throws AvatarFormatException if the file is not in this format
     */
    static GaussianCloud read(Reading reading, InputStream in, long size) throws IOException {
        if (size % RECORD_BYTES != 0) {
            throw RecordReader.truncated(
                    reading.source(),
                    "records of " + RECORD_BYTES + " bytes",
                    size % RECORD_BYTES + " bytes of the last record");
        }
        GaussianFields fields = new GaussianFields(reading);
        GaussianCloud cloud = fields.allocate(size / RECORD_BYTES, 0);
        RecordReader records =
                new RecordReader(reading.source(), "records", in, RECORD_BYTES, cloud.count(), ByteOrder.LITTLE_ENDIAN);
        ByteBuffer b = records.buffer();
        for (int i = 0; i < cloud.count(); i++) {
            int at = records.next();
            fields.position(cloud, i, b.getFloat(at), b.getFloat(at + 4), b.getFloat(at + 8));
            fields.linearScale(cloud, i, b.getFloat(at + 12), b.getFloat(at + 16), b.getFloat(at + 20));
            fields.colour(cloud, i, unit(b, at + 24), unit(b, at + 25), unit(b, at + 26));
            fields.linearOpacity(cloud, i, unit(b, at + 27));
            fields.rotation(cloud, i, signed(b, at + 28), signed(b, at + 29), signed(b, at + 30), signed(b, at + 31));
        }
        fields.finish(cloud);
        return cloud;
    }

    private static float unit(ByteBuffer b, int at) {
        return (b.get(at) & 0xFF) / 255f;
    }

    private static float signed(ByteBuffer b, int at) {
        return ((b.get(at) & 0xFF) - 128) / 128f;
    }
}
