package io.bev.avatar.splat.raster;

import java.nio.FloatBuffer;

/** How the Gaussians of a rigged cloud move, for rasterisers that pose them on their own device. */
public interface SplatRig {

    /** What stays the same from frame to frame; made at the first call. */
    Arrays arrays();

    /**
     * Writes what the last prepared frame is posed by, from the buffer's position on: the weight of each target, then
     * {@code [joints, 3, 4]} rigid transforms, then {@code [joints, 4]} unit quaternions w, x, y, z.
     */
    void writePose(FloatBuffer out);

    /** Writes the last prepared frame's Gaussians into {@code out}, whose arrays are posed from then on. */
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
