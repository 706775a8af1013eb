package io.bev.avatar.splat.pose;

import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.SplatRig;
import io.bev.avatar.splat.scene.MorphTarget;
import io.bev.avatar.splat.scene.Skeleton;

/** Converts a rig from per-target to per-Gaussian order: on a device, each Gaussian gathers its displacements. */
final class RigArrays {

    private RigArrays() {}

    static SplatRig.Arrays of(PosedGaussians rest, MorphTarget[] targets, Skeleton skeleton) {
        int count = rest.count;
        int[] starts = new int[count + 1];
        for (MorphTarget target : targets) {
            for (int i : target.indices()) {
                starts[i + 1]++;
            }
        }
        for (int i = 0; i < count; i++) {
            starts[i + 1] += starts[i];
        }
        int total = starts[count];
        int[] next = starts.clone();
        int[] owners = new int[total];
        float[] deltas = new float[3 * total];
        for (int t = 0; t < targets.length; t++) {
            int[] indices = targets[t].indices();
            for (int k = 0; k < indices.length; k++) {
                int at = next[indices[k]]++;
                owners[at] = t;
                for (int axis = 0; axis < 3; axis++) {
                    deltas[axis * total + at] = targets[t].deltas()[3 * k + axis];
                }
            }
        }
        int[] jointIndices = new int[Skeleton.INFLUENCES * count];
        float[] jointWeights = new float[Skeleton.INFLUENCES * count];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < Skeleton.INFLUENCES; k++) {
                jointIndices[k * count + i] = skeleton.influenceJoints()[Skeleton.INFLUENCES * i + k];
                jointWeights[k * count + i] = skeleton.influenceWeights()[Skeleton.INFLUENCES * i + k];
            }
        }
        return new SplatRig.Arrays(
                targets.length,
                skeleton.joints().size(),
                geometry(rest),
                starts,
                owners,
                deltas,
                jointIndices,
                jointWeights);
    }

    private static float[][] geometry(PosedGaussians s) {
        return new float[][] {s.x, s.y, s.z, s.covXx, s.covXy, s.covXz, s.covYy, s.covYz, s.covZz};
    }
}
