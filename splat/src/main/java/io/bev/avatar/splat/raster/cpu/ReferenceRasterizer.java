package io.bev.avatar.splat.raster.cpu;

import io.bev.avatar.splat.raster.Camera;
import io.bev.avatar.splat.raster.CameraView;
import io.bev.avatar.splat.raster.Framebuffer;
import io.bev.avatar.splat.raster.Framebuffers;
import io.bev.avatar.splat.raster.PosedGaussians;
import io.bev.avatar.splat.raster.Rasterizer;
import io.bev.avatar.splat.raster.SplatConstants;
import io.bev.avatar.splat.raster.StageTimes;
import io.bev.avatar.splat.scene.GaussianCloud;
import io.bev.avatar.splat.scene.SphericalHarmonics;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The published forward pass in 32-bit floats, written for readability: the reference for the fast backends. It follows
 * the paper rule by rule, allocates new arrays every frame and is slow.
 *
 * <p>Kerbl, Kopanas, Leimkuehler, Drettakis: 3D Gaussian Splatting for Real-Time Radiance Field Rendering, 2023.
 */
public final class ReferenceRasterizer implements Rasterizer {

    @Override
    public String name() {
        return "reference";
    }

    /**
     * A projected Gaussian.
     *
     * @param x centre in pixels; the sample of pixel i is at i
     * @param depth distance along the view direction
     * @param conicXx inverse of the projected covariance, per square pixel
     * @param radius extent in pixels
     */
    private record Spot(
            float x,
            float y,
            float depth,
            float conicXx,
            float conicXy,
            float conicYy,
            float radius,
            float opacity,
            float red,
            float green,
            float blue) {}

    @Override
    public void render(PosedGaussians splats, Camera camera, Framebuffer target, StageTimes times) {
        Framebuffers.requireSameSize(camera, target);
        CameraView view = new CameraView();
        view.set(camera, splats.modelToWorld);

        long start = System.nanoTime();
        List<Spot> spots = new ArrayList<>();
        for (int i = 0; i < splats.count; i++) {
            project(splats, i, view, spots);
        }
        long projected = System.nanoTime();

        // The sort is stable, so Gaussians of equal depth keep the order of the file.
        spots.sort((a, b) -> Float.compare(a.depth, b.depth));
        List<List<Spot>> tiles = bin(spots, view);
        long sorted = System.nanoTime();

        IntStream.range(0, tiles.size())
                .parallel()
                .forEach(t -> blendTile(tiles.get(t), t % view.tilesX, t / view.tilesX, target));
        long blended = System.nanoTime();

        times.projectNanos = projected - start;
        times.sortNanos = sorted - projected;
        times.blendNanos = blended - sorted;
        times.copyNanos = 0;
    }

    /** Adds Gaussian {@code i} to {@code out} unless it is behind the near plane, degenerate, or outside the image. */
    private static void project(PosedGaussians s, int i, CameraView view, List<Spot> out) {
        float[] m = view.modelToCamera;
        float x = m[0] * s.x[i] + m[1] * s.y[i] + m[2] * s.z[i] + m[3];
        float y = m[4] * s.x[i] + m[5] * s.y[i] + m[6] * s.z[i] + m[7];
        float z = m[8] * s.x[i] + m[9] * s.y[i] + m[10] * s.z[i] + m[11];
        float opacity = Math.min(1, s.opacity[i]);
        if (!(z > view.near) || !(opacity >= SplatConstants.MIN_ALPHA)) {
            return;
        }
        float[] cov = projectCovariance(s, i, view, x, y, z);
        if (s.antialiased) {
            opacity *= SplatConstants.compensation(cov[0], cov[1], cov[2]);
            if (!(opacity >= SplatConstants.MIN_ALPHA)) {
                return;
            }
        }
        float xx = cov[0] + SplatConstants.DILATION;
        float xy = cov[1];
        float yy = cov[2] + SplatConstants.DILATION;
        float determinant = xx * yy - xy * xy;
        if (!(determinant > 0) || !Float.isFinite(determinant)) {
            return;
        }
        float middle = (xx + yy) / 2;
        float largest =
                middle + (float) Math.sqrt(Math.max(SplatConstants.MIN_DISCRIMINANT, middle * middle - determinant));
        float radius = (float) Math.ceil(SplatConstants.EXTENT_SIGMAS * (float) Math.sqrt(largest));
        float px = view.focal * x / z + view.centreX;
        float py = view.focal * y / z + view.centreY;
        if (!Float.isFinite(px) || !Float.isFinite(py) || !Float.isFinite(radius)) {
            return;
        }
        float[] colour = colour(s, i, view);
        out.add(new Spot(
                px,
                py,
                z,
                yy / determinant,
                -xy / determinant,
                xx / determinant,
                radius,
                opacity,
                colour[0],
                colour[1],
                colour[2]));
    }

    /** {@code J W Sigma W^T J^T} of the Gaussian at (x, y, z) in camera space: xx, xy, yy in square pixels. */
    private static float[] projectCovariance(PosedGaussians s, int i, CameraView view, float x, float y, float z) {
        float[] m = view.modelToCamera;
        float clampedX = Math.max(-view.limitX, Math.min(view.limitX, x / z)) * z;
        float clampedY = Math.max(-view.limitY, Math.min(view.limitY, y / z)) * z;
        float j00 = view.focal / z;
        float j02 = -view.focal * clampedX / (z * z);
        float j12 = -view.focal * clampedY / (z * z);
        // The two rows of J W.
        float u0 = j00 * m[0] + j02 * m[8];
        float u1 = j00 * m[1] + j02 * m[9];
        float u2 = j00 * m[2] + j02 * m[10];
        float v0 = j00 * m[4] + j12 * m[8];
        float v1 = j00 * m[5] + j12 * m[9];
        float v2 = j00 * m[6] + j12 * m[10];
        // Sigma times each row.
        float su0 = s.covXx[i] * u0 + s.covXy[i] * u1 + s.covXz[i] * u2;
        float su1 = s.covXy[i] * u0 + s.covYy[i] * u1 + s.covYz[i] * u2;
        float su2 = s.covXz[i] * u0 + s.covYz[i] * u1 + s.covZz[i] * u2;
        float sv0 = s.covXx[i] * v0 + s.covXy[i] * v1 + s.covXz[i] * v2;
        float sv1 = s.covXy[i] * v0 + s.covYy[i] * v1 + s.covYz[i] * v2;
        float sv2 = s.covXz[i] * v0 + s.covYz[i] * v1 + s.covZz[i] * v2;
        return new float[] {
            u0 * su0 + u1 * su1 + u2 * su2, v0 * su0 + v1 * su1 + v2 * su2, v0 * sv0 + v1 * sv1 + v2 * sv2
        };
    }

    /** Red, green, blue as seen from the camera; not negative, not bounded above. */
    private static float[] colour(PosedGaussians s, int i, CameraView view) {
        float[] colour = {s.red[i], s.green[i], s.blue[i]};
        int k = GaussianCloud.coefficients(s.shDegree);
        if (k > 0) {
            float dx = s.x[i] - view.eyeX;
            float dy = s.y[i] - view.eyeY;
            float dz = s.z[i] - view.eyeZ;
            float length = (float) Math.sqrt(dx * dx + dy * dy + dz * dz);
            float[] basis = new float[k];
            SphericalHarmonics.basis(s.shDegree, dx / length, dy / length, dz / length, basis);
            for (int channel = 0; channel < 3; channel++) {
                colour[channel] += SphericalHarmonics.dot(s.sh, (3 * i + channel) * k, basis, k);
            }
        }
        for (int channel = 0; channel < 3; channel++) {
            // Also maps NaN to black.
            colour[channel] = colour[channel] > 0 ? colour[channel] : 0;
        }
        return colour;
    }

    /** For every tile the spots whose extents reach it, in the order of {@code spots}. */
    private static List<List<Spot>> bin(List<Spot> spots, CameraView view) {
        List<List<Spot>> tiles = new ArrayList<>();
        for (int t = 0; t < view.tilesX * view.tilesY; t++) {
            tiles.add(new ArrayList<>());
        }
        int size = SplatConstants.TILE;
        for (Spot s : spots) {
            int left = clamp((s.x - s.radius) / size, view.tilesX);
            int right = clamp((s.x + s.radius + size - 1) / size, view.tilesX);
            int top = clamp((s.y - s.radius) / size, view.tilesY);
            int bottom = clamp((s.y + s.radius + size - 1) / size, view.tilesY);
            for (int ty = top; ty < bottom; ty++) {
                for (int tx = left; tx < right; tx++) {
                    tiles.get(ty * view.tilesX + tx).add(s);
                }
            }
        }
        return tiles;
    }

    private static int clamp(float tile, int tiles) {
        return Math.max(0, Math.min(tiles, (int) tile));
    }

    private static void blendTile(List<Spot> spots, int tileX, int tileY, Framebuffer target) {
        Spot[] nearestFirst = spots.toArray(Spot[]::new);
        int left = tileX * SplatConstants.TILE;
        int top = tileY * SplatConstants.TILE;
        int right = Math.min(left + SplatConstants.TILE, target.width);
        int bottom = Math.min(top + SplatConstants.TILE, target.height);
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                blendPixel(nearestFirst, x, y, target);
            }
        }
    }

    private static void blendPixel(Spot[] nearestFirst, int x, int y, Framebuffer target) {
        float transmittance = 1;
        float red = 0;
        float green = 0;
        float blue = 0;
        for (Spot s : nearestFirst) {
            float dx = s.x - x;
            float dy = s.y - y;
            float power = -0.5f * (s.conicXx * dx * dx + s.conicYy * dy * dy) - s.conicXy * dx * dy;
            if (!(power <= 0)) {
                continue;
            }
            float alpha = Math.min(SplatConstants.MAX_ALPHA, s.opacity * (float) Math.exp(power));
            if (!(alpha >= SplatConstants.MIN_ALPHA)) {
                continue;
            }
            float left = transmittance * (1 - alpha);
            if (left < SplatConstants.MIN_TRANSMITTANCE) {
                break;
            }
            red += s.red * alpha * transmittance;
            green += s.green * alpha * transmittance;
            blue += s.blue * alpha * transmittance;
            transmittance = left;
        }
        int at = 3 * (y * target.width + x);
        target.bgr[at] = Framebuffers.toByte(blue + transmittance * target.backgroundBlue);
        target.bgr[at + 1] = Framebuffers.toByte(green + transmittance * target.backgroundGreen);
        target.bgr[at + 2] = Framebuffers.toByte(red + transmittance * target.backgroundRed);
    }

    /** Does nothing: there are no resources to release. */
    @Override
    public void close() {}
}
