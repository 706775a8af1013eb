package io.bev.avatar.splat.scene.builtin;

import io.bev.avatar.splat.scene.ArkitBlendshapes;
import io.bev.avatar.splat.scene.Avatar;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.MorphTarget;
import io.bev.avatar.splat.scene.Rig;
import io.bev.avatar.splat.scene.Skeleton;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The built-in avatar's numbers as bytes, in the order of the arrays that they fill, so that reading is copying.
 * Little-endian: length and CRC-32 of what follows, number of Gaussians n, 14 arrays of the cloud [n], joints [n, 4]
 * and weights [n, 4], then for each ARKit blendshape the number m of Gaussians that it moves, their indices [m] and
 * displacements [m, 3].
 */
final class AvatarPack {

    private static final int HEADER_BYTES = 12;
    private static final int MAX_BYTES = 64 << 20;

    private AvatarPack() {}

    static byte[] write(Avatar avatar) {
        Rig rig = avatar.rig().orElseThrow();
        GaussianCloud cloud = avatar.cloud();
        int length = 4
                + 4 * cloud.count() * (cloud.fields().size() + 2 * Skeleton.INFLUENCES)
                + rig.targets().stream()
                        .mapToInt(t -> 4 + 16 * t.indices().length)
                        .sum();
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        out.position(HEADER_BYTES);
        out.putInt(cloud.count());
        cloud.fields().forEach(values -> put(out, values));
        put(out, rig.skeleton().influenceJoints());
        put(out, rig.skeleton().influenceWeights());
        for (MorphTarget target : rig.targets()) {
            out.putInt(target.indices().length);
            put(out, target.indices());
            put(out, target.deltas());
        }
        out.putInt(0, length);
        out.putLong(4, checksum(out.array(), length));
        return out.array();
    }

    /**
     * Reads the output of {@link #write}.
     *
     * @throws IOException if the data is not of this format
     */
    static Avatar read(InputStream in) throws IOException {
        ByteBuffer header = ByteBuffer.wrap(exactly(in, HEADER_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        int length = header.getInt();
        if (length < 4 || length > MAX_BYTES) {
            throw new IOException("found a length of " + length + " bytes, expected 4 to " + MAX_BYTES);
        }
        byte[] bytes = new byte[HEADER_BYTES + length];
        if (in.readNBytes(bytes, HEADER_BYTES, length) < length) {
            throw new EOFException("found the end of the data within its " + length + " bytes");
        }
        if (header.getLong() != checksum(bytes, length)) {
            throw new IOException("found a checksum that does not match the contents");
        }
        return avatar(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(HEADER_BYTES));
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("found " + bytes.length + " bytes, expected more");
        }
        return bytes;
    }

    private static Avatar avatar(ByteBuffer in) {
        int count = in.getInt();
        GaussianCloud cloud = new GaussianCloud(count, 0);
        cloud.fields().forEach(values -> get(in, values));
        int[] joints = ints(in, count * Skeleton.INFLUENCES);
        float[] weights = new float[joints.length];
        get(in, weights);
        List<MorphTarget> targets = new ArrayList<>();
        for (String name : ArkitBlendshapes.NAMES) {
            int[] indices = ints(in, in.getInt());
            float[] deltas = new float[3 * indices.length];
            get(in, deltas);
            targets.add(new MorphTarget(name, indices, deltas));
        }
        return BuiltInAvatar.of(cloud, new Rig(targets, new Skeleton(Bones.joints(), joints, weights)));
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, HEADER_BYTES, length);
        return crc.getValue();
    }

    private static void put(ByteBuffer out, float[] values) {
        out.asFloatBuffer().put(values);
        out.position(out.position() + Float.BYTES * values.length);
    }

    private static void put(ByteBuffer out, int[] values) {
        out.asIntBuffer().put(values);
        out.position(out.position() + Integer.BYTES * values.length);
    }

    private static void get(ByteBuffer in, float[] values) {
        in.asFloatBuffer().get(values);
        in.position(in.position() + Float.BYTES * values.length);
    }

    private static int[] ints(ByteBuffer in, int count) {
        int[] values = new int[count];
        in.asIntBuffer().get(values);
        in.position(in.position() + Integer.BYTES * count);
        return values;
    }
}
