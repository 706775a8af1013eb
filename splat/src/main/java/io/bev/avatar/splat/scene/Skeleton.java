package io.bev.avatar.splat.scene;

import java.util.List;

/**
 * Joints, parents before children, and up to four influences per Gaussian.
 *
 * @param joints the joints
 * @param influenceJoints joint of each influence, [count, 4]
 * @param influenceWeights its weight, [count, 4], each row summing to 1
 */
public record Skeleton(List<Joint> joints, int[] influenceJoints, float[] influenceWeights) {

    public static final int INFLUENCES = 4;

    public Skeleton {
        joints = List.copyOf(joints);
        for (int j = 0; j < joints.size(); j++) {
            if (joints.get(j).parent() >= j) {
                throw new IllegalArgumentException("joint " + joints.get(j).name() + " precedes its parent");
            }
        }
        if (influenceJoints.length != influenceWeights.length || influenceJoints.length % INFLUENCES != 0) {
            throw new IllegalArgumentException("influences: " + influenceJoints.length + " joints, "
                    + influenceWeights.length + " weights, expected the same multiple of " + INFLUENCES);
        }
    }

    /**
     * @param name such as {@code head}, {@code neck}, {@code chestUpper}
     * @param parent index of the parent, -1 for a root
     * @param local transform to the parent at rest, [3, 4] row-major
     * @param inverseBind from the cloud to the joint at rest, [3, 4] row-major
     */
    public record Joint(String name, int parent, float[] local, float[] inverseBind) {}
}
