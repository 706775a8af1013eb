package io.bev.avatar.splat.raster;

import io.bev.avatar.splat.scene.CoefficientFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An independent forward pass in doubles, with matrices and without tiles, lists or any shared code; the oracle for the
 * reference. Only for well-formed clouds.
 */
final class DoubleOracle {

    private record Spot(
            double x, double y, double depth, double[][] conic, int[] tiles, double opacity, double[] rgb) {}

    private DoubleOracle() {}

    static void render(PosedGaussians s, Camera camera, Framebuffer target) {
        double[][] world = rows(camera.worldToCamera());
        double[][] model = rows(s.modelToWorld);
        List<Spot> spots = new ArrayList<>();
        for (int i = 0; i < s.count; i++) {
            double[] inWorld = transform(model, new double[] {s.x[i], s.y[i], s.z[i]});
            double[] p = transform(world, inWorld);
            if (p[2] > camera.near()) {
                project(s, i, camera, multiply(rotation(world), rotation(model)), p, eye(world, model), spots);
            }
        }
        spots.sort(Comparator.comparingDouble(Spot::depth));
        for (int y = 0; y < target.height; y++) {
            for (int x = 0; x < target.width; x++) {
                double[] bgr = pixel(spots, x, y, target);
                for (int c = 0; c < 3; c++) {
                    long level = Math.round(bgr[c] * 255);
                    target.bgr[3 * (y * target.width + x) + c] = (byte) Math.max(0, Math.min(255, level));
                }
            }
        }
    }

    private static void project(
            PosedGaussians s, int i, Camera camera, double[][] w, double[] p, double[] eye, List<Spot> spots) {
        double f = camera.focal();
        double limitX = 1.3 * camera.width() / 2 / f;
        double limitY = 1.3 * camera.height() / 2 / f;
        double tx = Math.max(-limitX, Math.min(limitX, p[0] / p[2]));
        double ty = Math.max(-limitY, Math.min(limitY, p[1] / p[2]));
        double[][] jacobian = {{f / p[2], 0, -f * tx / p[2]}, {0, f / p[2], -f * ty / p[2]}};
        double[][] sigma = {
            {s.covXx[i], s.covXy[i], s.covXz[i]},
            {s.covXy[i], s.covYy[i], s.covYz[i]},
            {s.covXz[i], s.covYz[i], s.covZz[i]}
        };
        double[][] jw = multiply(jacobian, w);
        double[][] flat = multiply(multiply(jw, sigma), transpose(jw));
        double a = flat[0][0] + 0.3;
        double b = flat[0][1];
        double c = flat[1][1] + 0.3;
        double det = a * c - b * b;
        if (det <= 0) {
            return;
        }
        double middle = (a + c) / 2;
        double radius = Math.ceil(3 * Math.sqrt(middle + Math.sqrt(Math.max(0.1, middle * middle - det))));
        double x = f * p[0] / p[2] + camera.centreX();
        double y = f * p[1] / p[2] + camera.centreY();
        int[] tiles = {tile(x - 0.5 - radius), tile(y - 0.5 - radius), tile(x + 14.5 + radius), tile(y + 14.5 + radius)
        };
        double[][] conic = {{c / det, -b / det}, {-b / det, a / det}};
        double before = flat[0][0] * flat[1][1] - b * b;
        double opacity = s.opacity[i] * (s.antialiased ? Math.sqrt(Math.max(0, before / det)) : 1);
        spots.add(new Spot(x, y, p[2], conic, tiles, opacity, colour(s, i, eye)));
    }

    private static int tile(double pixel) {
        return (int) Math.floor(pixel / 16);
    }

    private static double[] pixel(List<Spot> spots, int px, int py, Framebuffer target) {
        double t = 1;
        double[] bgr = new double[3];
        for (Spot s : spots) {
            int[] r = s.tiles;
            if (px / 16 < r[0] || py / 16 < r[1] || px / 16 >= r[2] || py / 16 >= r[3]) {
                continue;
            }
            double dx = px + 0.5 - s.x;
            double dy = py + 0.5 - s.y;
            double form = s.conic[0][0] * dx * dx + 2 * s.conic[0][1] * dx * dy + s.conic[1][1] * dy * dy;
            double alpha = Math.min(0.99, s.opacity * Math.exp(-form / 2));
            if (alpha < 1 / 255.0) {
                continue;
            }
            if (t * (1 - alpha) < 1e-4) {
                break;
            }
            for (int c = 0; c < 3; c++) {
                bgr[c] += s.rgb[2 - c] * alpha * t;
            }
            t *= 1 - alpha;
        }
        bgr[0] += t * target.backgroundBlue;
        bgr[1] += t * target.backgroundGreen;
        bgr[2] += t * target.backgroundRed;
        return bgr;
    }

    /** Basis functions written out from the published table. */
    private static double[] colour(PosedGaussians s, int i, double[] eye) {
        double[] d = {s.x[i] - eye[0], s.y[i] - eye[1], s.z[i] - eye[2]};
        double n = Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        double x = d[0] / n;
        double y = d[1] / n;
        double z = d[2] / n;
        double[] basis = {
            -0.4886025119029199 * y,
            0.4886025119029199 * z,
            -0.4886025119029199 * x,
            1.0925484305920792 * x * y,
            -1.0925484305920792 * y * z,
            0.31539156525252005 * (2 * z * z - x * x - y * y),
            -1.0925484305920792 * x * z,
            0.5462742152960396 * (x * x - y * y),
            -0.5900435899266435 * y * (3 * x * x - y * y),
            2.890611442640554 * x * y * z,
            -0.4570457994644658 * y * (4 * z * z - x * x - y * y),
            0.3731763325901154 * z * (2 * z * z - 3 * x * x - 3 * y * y),
            -0.4570457994644658 * x * (4 * z * z - x * x - y * y),
            1.445305721320277 * z * (x * x - y * y),
            -0.5900435899266435 * x * (x * x - 3 * y * y)
        };
        double[] rgb = {s.red[i], s.green[i], s.blue[i]};
        int k = (s.shDegree + 1) * (s.shDegree + 1) - 1;
        for (int c = 0; c < 3; c++) {
            for (int j = 0; j < k; j++) {
                rgb[c] += basis[j] * CoefficientFormat.unpack(s.sh[(i * 3 + c) * k + j]);
            }
            rgb[c] = Math.max(0, rgb[c]);
        }
        return rgb;
    }

    /** The camera position in model space. */
    private static double[] eye(double[][] world, double[][] model) {
        double[] inWorld = unapply(world, new double[3]);
        return unapply(model, inWorld);
    }

    private static double[] unapply(double[][] m, double[] p) {
        double[] q = {p[0] - m[0][3], p[1] - m[1][3], p[2] - m[2][3]};
        double[] out = new double[3];
        for (int r = 0; r < 3; r++) {
            out[r] = m[0][r] * q[0] + m[1][r] * q[1] + m[2][r] * q[2];
        }
        return out;
    }

    private static double[] transform(double[][] m, double[] p) {
        double[] out = new double[3];
        for (int r = 0; r < 3; r++) {
            out[r] = m[r][0] * p[0] + m[r][1] * p[1] + m[r][2] * p[2] + m[r][3];
        }
        return out;
    }

    private static double[][] rows(float[] m) {
        double[][] out = new double[3][4];
        for (int i = 0; i < 12; i++) {
            out[i / 4][i % 4] = m[i];
        }
        return out;
    }

    private static double[][] rotation(double[][] m) {
        double[][] out = new double[3][3];
        for (int i = 0; i < 9; i++) {
            out[i / 3][i % 3] = m[i / 3][i % 3];
        }
        return out;
    }

    private static double[][] transpose(double[][] m) {
        double[][] out = new double[m[0].length][m.length];
        for (int r = 0; r < m.length; r++) {
            for (int c = 0; c < m[0].length; c++) {
                out[c][r] = m[r][c];
            }
        }
        return out;
    }

    private static double[][] multiply(double[][] a, double[][] b) {
        double[][] out = new double[a.length][b[0].length];
        for (int r = 0; r < a.length; r++) {
            for (int c = 0; c < b[0].length; c++) {
                for (int k = 0; k < b.length; k++) {
                    out[r][c] += a[r][k] * b[k][c];
                }
            }
        }
        return out;
    }
}
