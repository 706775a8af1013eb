package io.bev.avatar.splat.raster;

import java.nio.FloatBuffer;

/** The rig and pose of a cloud, for rasterisers that pose Gaussians on their own device. */
public interface SplatRig {

    /** The arrays that are constant between frames; created at the first call. */
    Arrays arrays();

    /**
     * Writes the pose of the last prepared frame at the buffer's position: the weight of each target, then
     * {@code [joints, 3, 4]} rigid transforms, then {@code [joints, 4]} unit quaternions w, x, y, z.
     */
    void writePose(FloatBuffer out);

    /** Writes the posed Gaussians of the last prepared frame into {@code out}. */
    void poseOnHost(PosedGaussians out);

    /**
     * For {@code n} Gaussians:
     *
     * @param targets blendshapes
     * @param joints joints
     * @param rest centre x, y, z and covariance xx, xy, xz, yy, yz, zz at rest, [9][n]
     * @param morphStarts first displacement of each Gaussian, [n + 1]
     * @param morphTargets target of each displacement, [d]
     * @param morphDeltas displacements at weight 1 in model units, [3, d]
     * @param jointIndices influences, [4, n]
     * @param jointWeights their weights, [4, n]; each column sums to 1
     */
    record Arrays(
            int targets,
            int joints,
            float[][] rest,
            int[] morphStarts,
            int[] morphTargets,
            float[] morphDeltas,
            int[] jointIndices,
            float[] jointWeights) {

        /** Floats that {@link #writePose} writes. */
        public int poseFloats() {
            return targets + 16 * joints;
        }
    }
}
