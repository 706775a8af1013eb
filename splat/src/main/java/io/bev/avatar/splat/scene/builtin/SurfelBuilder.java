package io.bev.avatar.splat.scene.builtin;

import io.bev.avatar.splat.scene.GaussianCloud;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects the surfels of all parts and the displacements that belong to single surfels. */
final class SurfelBuilder {

    private final List<Surfel> surfels = new ArrayList<>();
    private final Map<String, List<Shift>> shifts = new TreeMap<>();

    /** Displacement of one surfel at weight 1 of a blendshape. */
    record Shift(int surfel, Vec3 delta) {}

    /** Adds a surfel and returns its index in the cloud. */
    int add(Surfel surfel) {
        surfels.add(surfel);
        return surfels.size() - 1;
    }

    void shift(String target, int surfel, Vec3 delta) {
        shifts.computeIfAbsent(target, name -> new ArrayList<>()).add(new Shift(surfel, delta));
    }

    List<Surfel> surfels() {
        return surfels;
    }

    List<Shift> shifts(String target) {
        return shifts.getOrDefault(target, List.of());
    }

    GaussianCloud cloud() {
        GaussianCloud cloud = new GaussianCloud(surfels.size(), 0);
        for (int i = 0; i < surfels.size(); i++) {
            Surfel s = surfels.get(i);
            cloud.x[i] = (float) s.position().x();
            cloud.y[i] = (float) s.position().y();
            cloud.z[i] = (float) s.position().z();
            cloud.scaleX[i] = (float) s.length();
            cloud.scaleY[i] = (float) s.width();
            cloud.scaleZ[i] = (float) s.thickness();
            cloud.opacity[i] = (float) s.opacity();
            cloud.red[i] = (float) s.colour().x();
            cloud.green[i] = (float) s.colour().y();
            cloud.blue[i] = (float) s.colour().z();
            orient(cloud, i, s.tangent(), s.normal());
        }
        return cloud;
    }

    /** Quaternion of the rotation whose columns are tangent, normal x tangent and normal. */
    private static void orient(GaussianCloud cloud, int i, Vec3 t, Vec3 n) {
        Vec3 b = n.cross(t);
        double trace = t.x() + b.y() + n.z();
        double w;
        double x;
        double y;
        double z;
        if (trace > 0) {
            w = trace + 1;
            x = b.z() - n.y();
            y = n.x() - t.z();
            z = t.y() - b.x();
        } else if (t.x() > b.y() && t.x() > n.z()) {
            w = b.z() - n.y();
            x = 1 + t.x() - b.y() - n.z();
            y = b.x() + t.y();
            z = n.x() + t.z();
        } else if (b.y() > n.z()) {
            w = n.x() - t.z();
            x = b.x() + t.y();
            y = 1 + b.y() - t.x() - n.z();
            z = n.y() + b.z();
        } else {
            w = t.y() - b.x();
            x = n.x() + t.z();
            y = n.y() + b.z();
            z = 1 + n.z() - t.x() - b.y();
        }
        double s = 1 / Math.sqrt(w * w + x * x + y * y + z * z);
        cloud.rotationW[i] = (float) (w * s);
        cloud.rotationX[i] = (float) (x * s);
        cloud.rotationY[i] = (float) (y * s);
        cloud.rotationZ[i] = (float) (z * s);
    }
}
