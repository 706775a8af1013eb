package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.SplatRig;
import io.bev.avatar.splat.scene.CoefficientFormat;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A model in device memory: the data that is constant between frames, and the posed Gaussians. One allocation. */
final class DeviceModel implements AutoCloseable {

    private static final int ALIGNMENT = 256;

    final PosedGaussians splats;
    final SplatRig.@Nullable Arrays rig;
    /** The {@link PosedGaussians#revision} stored in {@link #posed}. */
    int revision;

    final long posed;
    private final DeviceMemory memory;
    private final DeviceMemory.Piece piece;
    private final long rest;
    private final long opacity;
    private final long colour;
    private final long sh;
    private final long morphStart;
    private final long morphTarget;
    private final long morphDelta;
    private final long jointIndex;
    private final long jointWeight;

    /** Assigns consecutive addresses. */
    private static final class Shelf {
        private long next;

        Shelf(long start) {
            next = start;
        }

        long place(long bytes) {
            long address = next;
            next += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            return address;
        }
    }

    /** @throws MemoryBudgetException if it does not fit; nothing is changed then */
    DeviceModel(DeviceMemory memory, Uploader uploader, PosedGaussians splats) {
        this.memory = memory;
        this.splats = splats;
        SplatRig source = splats.rig;
        rig = source == null ? null : source.arrays();
        Shelf sizes = new Shelf(0);
        long n = splats.count;
        int coefficients = 3 * GaussianCloud.coefficients(splats.shDegree);
        long displacements = rig == null ? 0 : rig.morphTargets().length;
        long rigged = rig == null ? 0 : n;
        long[] bytes = {
            36 * n,
            36 * rigged,
            4 * n,
            12 * n,
            4L * coefficients * n,
            rig == null ? 0 : 4 * (n + 1),
            4 * displacements,
            12 * displacements,
            16 * rigged,
            16 * rigged
        };
        for (long size : bytes) {
            sizes.place(size);
        }
        piece = memory.allocate(AllocationKind.MODEL, sizes.next);
        Shelf shelf = new Shelf(piece.address());
        posed = shelf.place(bytes[0]);
        rest = rig == null ? posed : shelf.place(bytes[1]);
        opacity = shelf.place(bytes[2]);
        colour = shelf.place(bytes[3]);
        sh = shelf.place(bytes[4]);
        morphStart = shelf.place(bytes[5]);
        morphTarget = shelf.place(bytes[6]);
        morphDelta = shelf.place(bytes[7]);
        jointIndex = shelf.place(bytes[8]);
        jointWeight = shelf.place(bytes[9]);
        fill(uploader, coefficients);
    }

    private void fill(Uploader uploader, int coefficients) {
        try {
            int n = splats.count;
            uploadGeometry(uploader);
            uploader.floats(splats.opacity, opacity);
            uploader.floats(splats.red, colour);
            uploader.floats(splats.green, colour + 4L * n);
            uploader.floats(splats.blue, colour + 8L * n);
            short[] values = splats.sh;
            for (int row = 0; row < coefficients; row++) {
                int offset = row;
                // Transposes [n][3 * k] to [3 * k][n], so that neighbouring threads read neighbouring words.
                uploader.floats(n, i -> CoefficientFormat.unpack(values[coefficients * i + offset]), sh + 4L * n * row);
            }
            if (rig != null) {
                uploader.ints(rig.morphStarts(), morphStart);
                uploader.ints(rig.morphTargets(), morphTarget);
                uploader.floats(rig.morphDeltas(), morphDelta);
                uploader.ints(rig.jointIndices(), jointIndex);
                uploader.floats(rig.jointWeights(), jointWeight);
            }
        } catch (RuntimeException e) {
            memory.free(piece);
            throw e;
        }
    }

    private void uploadGeometry(Uploader uploader) {
        PosedGaussians s = splats;
        float[][] rows = {s.x, s.y, s.z, s.covXx, s.covXy, s.covXz, s.covYy, s.covYz, s.covZz};
        if (rig != null) {
            rows = rig.rest();
        }
        for (int row = 0; row < rows.length; row++) {
            uploader.floats(rows[row], rest + 4L * s.count * row);
        }
        revision = s.revision;
    }

    /** Uploads the arrays again after a poser has rewritten them. */
    void uploadPose(Uploader uploader) {
        uploadGeometry(uploader);
    }

    /** Whether this is the model of {@code other}, including its rig if it has one. */
    boolean matches(PosedGaussians other) {
        SplatRig source = other.rig;
        return same(splats, other) && (source == null ? rig == null : rig != null && same(rig, source.arrays()));
    }

    /** Compares by identity: an equal model in other arrays is another upload. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean same(Object a, Object b) {
        return a == b;
    }

    /** Writes the fields of the frame that belong to the model. */
    void describe(StructLayout layout, ByteBuffer frame) {
        layout.pointer(frame, "rest", rest);
        layout.pointer(frame, "posed", posed);
        layout.pointer(frame, "opacity", opacity);
        layout.pointer(frame, "colour", colour);
        layout.pointer(frame, "sh", sh);
        layout.pointer(frame, "morph_start", morphStart);
        layout.pointer(frame, "morph_target", morphTarget);
        layout.pointer(frame, "morph_delta", morphDelta);
        layout.pointer(frame, "joint_index", jointIndex);
        layout.pointer(frame, "joint_weight", jointWeight);
        layout.number(frame, "count", splats.count);
        layout.number(frame, "sh_degree", splats.shDegree);
        layout.number(frame, "antialiased", splats.antialiased ? 1 : 0);
        layout.number(frame, "targets", rig == null ? 0 : rig.targets());
        layout.number(frame, "joints", rig == null ? 0 : rig.joints());
        layout.number(frame, "displacements", rig == null ? 0 : rig.morphTargets().length);
    }

    long bytes() {
        return piece.bytes();
    }

    @Override
    public void close() {
        memory.free(piece);
    }
}
