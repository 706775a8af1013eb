package io.bev.avatar.splat.scene;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Affine transforms as [3, 4] row-major arrays of doubles: glTF files mix metres and centimetres through scaled nodes.
 */
public final class Affine {

    private Affine() {}

    public static double[] identity() {
        return new double[] {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    }

    public static double[] translation(double x, double y, double z) {
        return new double[] {1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z};
    }

    /** The product {@code a b}: applies {@code b} first. */
    public static double[] multiply(double[] a, double[] b) {
        double[] c = new double[12];
        for (int r = 0; r < 12; r += 4) {
            for (int k = 0; k < 4; k++) {
                c[r + k] = a[r] * b[k] + a[r + 1] * b[4 + k] + a[r + 2] * b[8 + k] + (k == 3 ? a[r + 3] : 0);
            }
        }
        return c;
    }

    /** The inverse; entries are not finite if {@code m} is singular. */
    public static double[] inverse(double[] m) {
        double c00 = m[5] * m[10] - m[6] * m[9];
        double c01 = m[6] * m[8] - m[4] * m[10];
        double c02 = m[4] * m[9] - m[5] * m[8];
        double d = 1 / (m[0] * c00 + m[1] * c01 + m[2] * c02);
        double[] inverse = {
            c00 * d, (m[2] * m[9] - m[1] * m[10]) * d, (m[1] * m[6] - m[2] * m[5]) * d, 0,
            c01 * d, (m[0] * m[10] - m[2] * m[8]) * d, (m[2] * m[4] - m[0] * m[6]) * d, 0,
            c02 * d, (m[1] * m[8] - m[0] * m[9]) * d, (m[0] * m[5] - m[1] * m[4]) * d, 0
        };
        for (int r = 0; r < 12; r += 4) {
            inverse[r + 3] = -(inverse[r] * m[3] + inverse[r + 1] * m[7] + inverse[r + 2] * m[11]);
        }
        return inverse;
    }

    /** A glTF node's transform to its parent: {@code matrix}, or translation, rotation and scale. */
    public static double[] ofNode(JsonNode node) {
        JsonNode matrix = node.path("matrix");
        if (matrix.isArray()) {
            double[] m = new double[12];
            for (int r = 0; r < 3; r++) {
                for (int k = 0; k < 4; k++) {
                    m[4 * r + k] = matrix.path(4 * k + r).asDouble(Double.NaN);
                }
            }
            return m;
        }
        double x = component(node, "rotation", 0, 0);
        double y = component(node, "rotation", 1, 0);
        double z = component(node, "rotation", 2, 0);
        double w = component(node, "rotation", 3, 1);
        double length = Math.sqrt(x * x + y * y + z * z + w * w);
        x /= length;
        y /= length;
        z /= length;
        w /= length;
        double sx = component(node, "scale", 0, 1);
        double sy = component(node, "scale", 1, 1);
        double sz = component(node, "scale", 2, 1);
        return new double[] {
            (1 - 2 * (y * y + z * z)) * sx,
            2 * (x * y - w * z) * sy,
            2 * (x * z + w * y) * sz,
            component(node, "translation", 0, 0),
            2 * (x * y + w * z) * sx,
            (1 - 2 * (x * x + z * z)) * sy,
            2 * (y * z - w * x) * sz,
            component(node, "translation", 1, 0),
            2 * (x * z - w * y) * sx,
            2 * (y * z + w * x) * sy,
            (1 - 2 * (x * x + y * y)) * sz,
            component(node, "translation", 2, 0)
        };
    }

    private static double component(JsonNode node, String field, int index, double fallback) {
        JsonNode values = node.path(field);
        return values.isMissingNode() ? fallback : values.path(index).asDouble(Double.NaN);
    }

    /** From a glTF matrix, column-major [4, 4] at {@code offset}. */
    public static double[] ofColumns(float[] values, int offset) {
        double[] m = new double[12];
        for (int r = 0; r < 3; r++) {
            for (int k = 0; k < 4; k++) {
                m[4 * r + k] = values[offset + 4 * k + r];
            }
        }
        return m;
    }

    public static float[] toFloats(double[] m) {
        float[] values = new float[m.length];
        for (int i = 0; i < m.length; i++) {
            values[i] = (float) m[i];
        }
        return values;
    }

    /** The largest absolute difference of two entries; NaN if any entry is NaN. */
    public static double distance(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
