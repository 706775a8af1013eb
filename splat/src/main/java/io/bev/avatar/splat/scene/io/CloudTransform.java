package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.SphericalHarmonics;
import java.util.Optional;

/**
 * Moves, turns and uniformly scales a cloud, with its view-dependent colours.
 *
 * <p>The coefficients of a band turn by a matrix that follows from the values of its basis functions in as many
 * directions as it has functions: {@code D = A(d)^-1 A(R^T d)}.
 */
final class CloudTransform {

    /** Greatest difference of the columns of a turned and uniformly scaled basis from one that is orthogonal. */
    private static final double TOLERANCE = 1e-4;

    private static final double SMALLEST_SCALE = 1e-9;
    private static final double LARGEST = 1e9;
    private static final int BANDS = 3;

    private final double[] matrix;
    private final double scale;
    private final double[] quaternion;
    /** By band, [2 band + 1, 2 band + 1]. */
    private final float[][][] harmonics;

    private CloudTransform(double[] matrix, double scale) {
        this.matrix = matrix;
        this.scale = scale;
        double[] rotation = new double[9];
        for (int i = 0; i < 9; i++) {
            rotation[i] = matrix[4 * (i / 3) + i % 3] / scale;
        }
        quaternion = quaternion(rotation);
        harmonics = new float[BANDS + 1][][];
        for (int band = 1; band <= BANDS; band++) {
            harmonics[band] = turned(band, rotation);
        }
    }

    /** @return empty if {@code matrix}, [3, 4] row-major, mirrors, shears, scales each axis differently, or exceeds 10^9 */
    static Optional<CloudTransform> of(double[] matrix) {
        double[] lengths = new double[3];
        for (int k = 0; k < 3; k++) {
            lengths[k] = Math.sqrt(dot(matrix, k, k));
        }
        double scale = Math.cbrt(determinant(matrix));
        double farthest = Math.max(Math.abs(matrix[3]), Math.max(Math.abs(matrix[7]), Math.abs(matrix[11])));
        if (!(scale >= SMALLEST_SCALE && scale <= LARGEST && farthest <= LARGEST)) {
            return Optional.empty();
        }
        for (int k = 0; k < 3; k++) {
            double skew = Math.abs(dot(matrix, k, (k + 1) % 3)) / (scale * scale);
            if (!(Math.abs(lengths[k] / scale - 1) <= TOLERANCE && skew <= TOLERANCE)) {
                return Optional.empty();
            }
        }
        return Optional.of(new CloudTransform(matrix.clone(), scale));
    }

    private static double dot(double[] m, int a, int b) {
        return m[a] * m[b] + m[4 + a] * m[4 + b] + m[8 + a] * m[8 + b];
    }

    private static double determinant(double[] m) {
        return m[0] * (m[5] * m[10] - m[6] * m[9])
                - m[1] * (m[4] * m[10] - m[6] * m[8])
                + m[2] * (m[4] * m[9] - m[5] * m[8]);
    }

    void apply(GaussianCloud cloud) {
        for (int i = 0; i < cloud.count(); i++) {
            double x = cloud.x[i];
            double y = cloud.y[i];
            double z = cloud.z[i];
            cloud.x[i] = (float) (matrix[0] * x + matrix[1] * y + matrix[2] * z + matrix[3]);
            cloud.y[i] = (float) (matrix[4] * x + matrix[5] * y + matrix[6] * z + matrix[7]);
            cloud.z[i] = (float) (matrix[8] * x + matrix[9] * y + matrix[10] * z + matrix[11]);
            cloud.scaleX[i] *= (float) scale;
            cloud.scaleY[i] *= (float) scale;
            cloud.scaleZ[i] *= (float) scale;
            turn(cloud, i);
            turnHarmonics(cloud, i);
        }
    }

    private void turn(GaussianCloud cloud, int i) {
        double w = cloud.rotationW[i];
        double x = cloud.rotationX[i];
        double y = cloud.rotationY[i];
        double z = cloud.rotationZ[i];
        double[] q = quaternion;
        cloud.rotationW[i] = (float) (q[0] * w - q[1] * x - q[2] * y - q[3] * z);
        cloud.rotationX[i] = (float) (q[0] * x + q[1] * w + q[2] * z - q[3] * y);
        cloud.rotationY[i] = (float) (q[0] * y - q[1] * z + q[2] * w + q[3] * x);
        cloud.rotationZ[i] = (float) (q[0] * z + q[1] * y - q[2] * x + q[3] * w);
    }

    private void turnHarmonics(GaussianCloud cloud, int i) {
        int each = GaussianCloud.coefficients(cloud.shDegree());
        float[] band = new float[2 * BANDS + 1];
        for (int channel = 0; channel < 3; channel++) {
            for (int degree = 1; degree <= cloud.shDegree(); degree++) {
                int start = (3 * i + channel) * each + GaussianCloud.coefficients(degree - 1);
                int size = 2 * degree + 1;
                for (int k = 0; k < size; k++) {
                    band[k] = cloud.harmonic(start + k);
                }
                for (int row = 0; row < size; row++) {
                    float sum = 0;
                    for (int k = 0; k < size; k++) {
                        sum += harmonics[degree][row][k] * band[k];
                    }
                    cloud.setHarmonic(start + row, sum);
                }
            }
        }
    }

    /** Unit quaternion w, x, y, z of a rotation matrix (Shepperd, 1978). */
    private static double[] quaternion(double[] r) {
        double[] diagonal = {r[0] + r[4] + r[8], r[0], r[4], r[8]};
        int largest = 0;
        for (int k = 1; k < 4; k++) {
            largest = diagonal[k] > diagonal[largest] ? k : largest;
        }
        double[] q = switch (largest) {
            case 0 -> new double[] {1 + diagonal[0], r[7] - r[5], r[2] - r[6], r[3] - r[1]};
            case 1 -> new double[] {r[7] - r[5], 1 + r[0] - r[4] - r[8], r[1] + r[3], r[2] + r[6]};
            case 2 -> new double[] {r[2] - r[6], r[1] + r[3], 1 - r[0] + r[4] - r[8], r[5] + r[7]};
            default -> new double[] {r[3] - r[1], r[2] + r[6], r[5] + r[7], 1 - r[0] - r[4] + r[8]};
        };
        double length = Math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
        for (int k = 0; k < 4; k++) {
            q[k] /= length;
        }
        return q;
    }

    private static float[][] turned(int band, double[] rotation) {
        int size = 2 * band + 1;
        double[][] rows = new double[size][2 * size];
        for (int i = 0; i < size; i++) {
            // Points of a spiral on the sphere: no two are opposite, no three on a great circle through the poles.
            double z = 1 - (2 * i + 1.0) / (size + 0.7);
            double radius = Math.sqrt(1 - z * z);
            double angle = 2.4 * i + 0.3;
            double x = radius * Math.cos(angle);
            double y = radius * Math.sin(angle);
            basis(band, x, y, z, rows[i], 0);
            basis(
                    band,
                    rotation[0] * x + rotation[3] * y + rotation[6] * z,
                    rotation[1] * x + rotation[4] * y + rotation[7] * z,
                    rotation[2] * x + rotation[5] * y + rotation[8] * z,
                    rows[i],
                    size);
        }
        return solved(rows, size);
    }

    private static void basis(int band, double x, double y, double z, double[] row, int at) {
        float[] all = new float[GaussianCloud.coefficients(BANDS)];
        SphericalHarmonics.basis(band, (float) x, (float) y, (float) z, all);
        int first = GaussianCloud.coefficients(band - 1);
        for (int k = 0; k < 2 * band + 1; k++) {
            row[at + k] = all[first + k];
        }
    }

    /** The right half of the equations after Gauss-Jordan elimination of the left one. */
    private static float[][] solved(double[][] rows, int size) {
        for (int column = 0; column < size; column++) {
            int pivot = column;
            for (int row = column + 1; row < size; row++) {
                pivot = Math.abs(rows[row][column]) > Math.abs(rows[pivot][column]) ? row : pivot;
            }
            double[] swapped = rows[pivot];
            rows[pivot] = rows[column];
            rows[column] = swapped;
            double first = swapped[column];
            for (int k = 0; k < 2 * size; k++) {
                swapped[k] /= first;
            }
            for (int row = 0; row < size; row++) {
                double factor = rows[row][column];
                for (int k = 0; row != column && k < 2 * size; k++) {
                    rows[row][k] -= factor * swapped[k];
                }
            }
        }
        float[][] result = new float[size][size];
        for (int row = 0; row < size; row++) {
            for (int k = 0; k < size; k++) {
                result[row][k] = (float) rows[row][size + k];
            }
        }
        return result;
    }
}
