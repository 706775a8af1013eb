package io.bev.avatar.splat.scene.builtin;

import io.bev.avatar.splat.scene.Skeleton;
import io.bev.avatar.splat.scene.Skeleton.Joint;
import java.util.List;

/** A chain of four joints, and the joint that each surfel follows. */
final class Bones {

    private static final int CHEST = 1;
    private static final int NECK = 2;
    private static final int HEAD = 3;

    private Bones() {}

    static Skeleton skeleton(List<Surfel> surfels) {
        int[] influences = new int[surfels.size() * Skeleton.INFLUENCES];
        float[] weights = new float[influences.length];
        for (int i = 0; i < surfels.size(); i++) {
            tie(surfels.get(i), influences, weights, i * Skeleton.INFLUENCES);
        }
        return new Skeleton(joints(), influences, weights);
    }

    static List<Joint> joints() {
        Vec3 root = new Vec3(0, -0.450, -0.030);
        Vec3 chest = new Vec3(0, -0.300, -0.035);
        Vec3 neck = new Vec3(0, -0.165, -0.040);
        Vec3 head = new Vec3(0, -0.075, -0.022);
        return List.of(
                joint("root", -1, Vec3.ZERO, root),
                joint("chestUpper", 0, root, chest),
                joint("neck", CHEST, chest, neck),
                joint("head", NECK, neck, head));
    }

    private static Joint joint(String name, int parent, Vec3 from, Vec3 at) {
        return new Joint(name, parent, translation(at.minus(from)), translation(at.times(-1)));
    }

    private static float[] translation(Vec3 t) {
        return new float[] {1, 0, 0, (float) t.x(), 0, 1, 0, (float) t.y(), 0, 0, 1, (float) t.z()};
    }

    private static void tie(Surfel s, int[] joints, float[] weights, int at) {
        double head = 1;
        double chest = 0;
        if (s.part() == Part.CLOTH) {
            head = 0;
            chest = Curves.smooth(-0.095, -0.165, s.position().y());
        } else if (s.part() == Part.SKIN) {
            Vec3 p = s.position();
            head = Curves.smooth(-0.145, -0.082, p.y() + 0.9 * Math.max(0, p.z()));
            chest = (1 - head) * Curves.smooth(-0.150, -0.205, p.y());
        }
        joints[at] = HEAD;
        joints[at + 1] = NECK;
        joints[at + 2] = CHEST;
        joints[at + 3] = 0;
        weights[at] = (float) head;
        weights[at + 2] = (float) chest;
        weights[at + 1] = 1 - weights[at] - weights[at + 2];
    }
}
