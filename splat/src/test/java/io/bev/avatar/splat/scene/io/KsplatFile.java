package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.GaussianCloud;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes a cloud as {@code .ksplat}: one section with buckets of three Gaussians, the last of which is partial. */
final class KsplatFile {

    private static final int BUCKET = 3;
    private static final float BLOCK = 4;
    private static final int QUANTUM = 32_767;

    private KsplatFile() {}

    /** @param level compression, 0..2 */
    static byte[] of(GaussianCloud c, int level) {
        int full = c.count() / BUCKET;
        int partial = c.count() % BUCKET == 0 ? 0 : 1;
        int each = level == 0 ? 4 : level == 1 ? 2 : 1;
        int coefficients = GaussianCloud.coefficients(c.shDegree());
        int record = (level == 0 ? 44 : 24) + 3 * coefficients * each;
        int buckets = full + partial;
        ByteBuffer b = ByteBuffer.allocate(4096 + 1024 + 4 * partial + 12 * buckets + record * c.count())
                .order(ByteOrder.LITTLE_ENDIAN);
        b.put(1, (byte) 1).putInt(4, 1).putInt(16, c.count()).putShort(20, (short) level);
        b.putFloat(36, -1).putFloat(40, 1);
        int s = 4096;
        b.putInt(s, c.count()).putInt(s + 4, c.count()).putInt(s + 8, BUCKET).putInt(s + 12, buckets);
        b.putFloat(s + 16, BLOCK).putShort(s + 20, (short) 12).putInt(s + 24, QUANTUM);
        b.putInt(s + 32, full).putInt(s + 36, partial).putShort(s + 40, (short) c.shDegree());
        b.position(s + 1024);
        if (partial > 0) {
            b.putInt(c.count() % BUCKET);
        }
        for (int k = 0; k < buckets; k++) {
            b.putFloat(0.01f * k).putFloat(-0.01f * k).putFloat(0);
        }
        for (int i = 0; i < c.count(); i++) {
            put(b, c, i, level, i / BUCKET);
        }
        return b.array();
    }

    private static void put(ByteBuffer b, GaussianCloud c, int i, int level, int bucket) {
        float[] centre = {c.x[i] - 0.01f * bucket, c.y[i] + 0.01f * bucket, c.z[i]};
        if (level == 0) {
            b.putFloat(c.x[i]).putFloat(c.y[i]).putFloat(c.z[i]);
        } else {
            for (float v : centre) {
                b.putShort((short) (Math.round(v / (BLOCK / 2) * QUANTUM) + QUANTUM));
            }
        }
        for (float v : new float[] {
            c.scaleX[i], c.scaleY[i], c.scaleZ[i], c.rotationW[i], c.rotationX[i], c.rotationY[i], c.rotationZ[i]
        }) {
            real(b, v, level);
        }
        for (float v : new float[] {c.red[i], c.green[i], c.blue[i], c.opacity[i]}) {
            b.put((byte) Math.round(255 * v));
        }
        int k = GaussianCloud.coefficients(c.shDegree());
        for (int band = 1; band <= c.shDegree(); band++) {
            for (int channel = 0; channel < 3; channel++) {
                for (int j = GaussianCloud.coefficients(band - 1); j < GaussianCloud.coefficients(band); j++) {
                    float v = c.harmonic(3 * k * i + channel * k + j);
                    if (level == 2) {
                        b.put((byte) Math.round((v + 1) / 2 * 255));
                    } else {
                        real(b, v, level);
                    }
                }
            }
        }
    }

    private static void real(ByteBuffer b, float v, int level) {
        if (level == 0) {
            b.putFloat(v);
            return;
        }
        int bits = (Float.floatToRawIntBits(Math.abs(v) * 0x1p-112f) + 0x1000) >> 13;
        b.putShort((short) (bits | (v < 0 ? 0x8000 : 0)));
    }
}
