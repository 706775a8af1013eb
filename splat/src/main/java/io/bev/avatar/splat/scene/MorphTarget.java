package io.bev.avatar.splat.scene;

/**
 * One blendshape: the displacement of each Gaussian it touches, in the cloud's units. Its effect is proportional to the
 * weight; with a threshold above 0 it is complete from that weight on, and none below. Several targets may have one name.
 *
 * @param name an ARKit name, see {@link ArkitBlendshapes}
 * @param indices Gaussians touched, ascending, [n]
 * @param deltas displacements, [n, 3] xyz
 * @param threshold 0..1
 */
public record MorphTarget(String name, int[] indices, float[] deltas, float threshold) {

    public MorphTarget {
        if (deltas.length != 3 * indices.length) {
            throw new IllegalArgumentException(
                    name + ": " + deltas.length + " delta values for " + indices.length + " indices, expected 3 each");
        }
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException(name + ": threshold " + threshold + ", expected 0 to 1");
        }
    }

    /** A target whose effect is proportional to its weight. */
    public MorphTarget(String name, int[] indices, float[] deltas) {
        this(name, indices, deltas, 0);
    }

    /** Factor of the displacements at a weight. */
    public float effect(float weight) {
        if (threshold == 0) {
            return weight;
        }
        return weight >= threshold ? 1 : 0;
    }
}
