package io.bev.avatar.splat.raster;

import io.bev.avatar.splat.scene.Framing;

/**
 * A pinhole camera with square pixels: x right, y down, z forward; pixel centres at i + 0.5.
 *
 * @param worldToCamera [3, 4] row-major, rigid
 * @param focal focal length in pixels
 * @param centreX principal point in pixels
 * @param centreY principal point in pixels
 * @param near distance of the near plane; nothing at or before it is rendered
 */
public record Camera(
        float[] worldToCamera, float focal, float centreX, float centreY, int width, int height, float near) {

    /**
     * A camera at {@code eye} directed at {@code target}.
     *
     * @param fovDegrees vertical field of view, in (0, 180)
     * @throws IllegalArgumentException if eye and target coincide or up is parallel to the view
     */
    public static Camera lookAt(
            float[] eye, float[] target, float[] up, float fovDegrees, int width, int height, float near) {
        if (!(fovDegrees > 0 && fovDegrees < 180)) {
            throw new IllegalArgumentException("field of view " + fovDegrees + ": expected between 0 and 180 degrees");
        }
        double[] forward = normalize(
                target[0] - eye[0], target[1] - eye[1], target[2] - eye[2], "camera and look-at point coincide");
        double[] right = normalize(
                forward[1] * up[2] - forward[2] * up[1],
                forward[2] * up[0] - forward[0] * up[2],
                forward[0] * up[1] - forward[1] * up[0],
                "up is parallel to the view direction");
        double[] down = {
            forward[1] * right[2] - forward[2] * right[1],
            forward[2] * right[0] - forward[0] * right[2],
            forward[0] * right[1] - forward[1] * right[0]
        };
        float[] matrix = new float[12];
        double[][] rows = {right, down, forward};
        for (int r = 0; r < 3; r++) {
            double[] row = rows[r];
            matrix[4 * r] = (float) row[0];
            matrix[4 * r + 1] = (float) row[1];
            matrix[4 * r + 2] = (float) row[2];
            matrix[4 * r + 3] = (float) -(row[0] * eye[0] + row[1] * eye[1] + row[2] * eye[2]);
        }
        double focal = height / (2 * Math.tan(Math.toRadians(fovDegrees) / 2));
        return new Camera(matrix, (float) focal, width / 2f, height / 2f, width, height, near);
    }

    /** The avatar's portrait view for an image size. */
    public static Camera of(Framing f, int width, int height) {
        return lookAt(
                new float[] {f.eyeX(), f.eyeY(), f.eyeZ()},
                new float[] {f.targetX(), f.targetY(), f.targetZ()},
                new float[] {f.upX(), f.upY(), f.upZ()},
                f.fovDegrees(),
                width,
                height,
                f.near());
    }

    private static double[] normalize(double x, double y, double z, String problem) {
        double length = Math.sqrt(x * x + y * y + z * z);
        if (!(length > 1e-9)) {
            throw new IllegalArgumentException(problem);
        }
        return new double[] {x / length, y / length, z / length};
    }
}
