package io.bev.avatar.splat.scene.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.IOException;
import java.util.Locale;

/**
 * Reads PlayCanvas' SOG, versions 1 and 2: {@code meta.json} and lossless WebP images, one pixel per Gaussian. Coefficients are
 * in a palette of 64 entries per row.
 */
final class SogReader {

    private static final int PALETTE_COLUMNS = 64;
    private static final int FIRST_TAG = 252;
    private static final float SQRT_HALF = 0.70710678f;

    private final Reading reading;
    private final JsonNode meta;
    private final Parts parts;
    private final GaussianFields fields;
    private final boolean legacy;

    /** The other files of a SOG directory or archive. */
    interface Parts {
        /** @throws AvatarFormatException if it is missing or damaged */
        ByteSource part(String name) throws IOException;
    }

    private SogReader(Reading reading, JsonNode meta, Parts parts) {
        this.reading = reading;
        this.meta = meta;
        this.parts = parts;
        this.fields = new GaussianFields(reading);
        this.legacy = meta.path("version").isMissingNode();
    }

    /** Whether {@code meta} is the description of such a model. */
    static boolean fits(JsonNode meta) {
        return meta.path("means").path("files").isArray() && meta.path("sh0").isObject();
    }

    /**
     * Reads the model that {@code meta} describes.
     *
     * @throws AvatarFormatException if it is damaged
     */
    static GaussianCloud read(Reading reading, JsonNode meta, Parts parts) throws IOException {
        return new SogReader(reading, meta, parts).read();
    }

    private GaussianCloud read() throws IOException {
        int version = meta.path("version").asInt(1);
        if (version > 2) {
            throw reading.bad("SOG version 1 or 2", "version " + version, "convert it to .ply");
        }
        long count = legacy
                ? meta.path("means").path("shape").path(0).asLong(-1)
                : meta.path("count").asLong(-1);
        JsonNode shN = meta.path("shN");
        WebpImage centroids = shN.isObject() ? image(shN, 0) : null;
        int degree = centroids == null ? 0 : degree(shN, centroids);
        GaussianCloud cloud = fields.allocate(count, degree);
        positions(cloud);
        rotations(cloud);
        scales(cloud);
        colours(cloud);
        if (centroids != null && degree > 0) {
            coefficients(cloud, shN, centroids, degree);
        }
        cloud.antialiased = meta.path("antialias").asBoolean(false);
        fields.finish(cloud);
        return cloud;
    }

    private int degree(JsonNode shN, WebpImage centroids) throws AvatarFormatException {
        for (int degree = 1; degree <= 3; degree++) {
            int width = PALETTE_COLUMNS * GaussianCloud.coefficients(degree);
            if (centroids.width() == width && shN.path("bands").asInt(degree) == degree) {
                return degree;
            }
        }
        throw bad("a palette of 192, 512 or 960 pixels width", centroids.width() + " pixels");
    }

    private WebpImage image(JsonNode group, int index) throws IOException {
        String name = group.path("files").path(index).asText("");
        if (name.isEmpty() || name.contains("/") || name.contains("\\")) {
            throw bad("names of image files", "'" + name + "'");
        }
        if (!name.toLowerCase(Locale.ROOT).endsWith(".webp")) {
            throw bad("WebP images", name);
        }
        return WebpImage.read(parts.part(name));
    }

    private WebpImage image(JsonNode group, int index, int count) throws IOException {
        WebpImage image = image(group, index);
        if ((long) image.width() * image.height() < count) {
            throw bad(count + " pixels", image.width() + "x" + image.height() + " in an image");
        }
        return image;
    }

    private void positions(GaussianCloud cloud) throws IOException {
        JsonNode means = meta.path("means");
        WebpImage low = image(means, 0, cloud.count());
        WebpImage high = image(means, 1, cloud.count());
        double[] mins = numbers(means, "mins", 3);
        double[] maxs = numbers(means, "maxs", 3);
        double[] p = new double[3];
        for (int i = 0; i < cloud.count(); i++) {
            for (int a = 0; a < 3; a++) {
                double share = (low.at(i, a) | high.at(i, a) << 8) / 65535.0;
                double n = mins[a] + (maxs[a] - mins[a]) * share;
                p[a] = Math.copySign(Math.expm1(Math.abs(n)), n);
            }
            fields.position(cloud, i, p[0], p[1], p[2]);
        }
    }

    /** Three components of w, x, y, z that span +-sqrt(1/2); the tag names the largest, which is omitted. */
    private void rotations(GaussianCloud cloud) throws IOException {
        WebpImage image = image(meta.path("quats"), 0, cloud.count());
        float[] q = new float[4];
        for (int i = 0; i < cloud.count(); i++) {
            int largest = image.at(i, 3) - FIRST_TAG;
            if (largest < 0) {
                fields.rotation(cloud, i, 1, 0, 0, 0);
                continue;
            }
            float sum = 0;
            int channel = 0;
            for (int k = 0; k < 4; k++) {
                if (k != largest) {
                    q[k] = (image.at(i, channel++) / 255f * 2 - 1) * SQRT_HALF;
                    sum += q[k] * q[k];
                }
            }
            q[largest] = (float) Math.sqrt(Math.max(0, 1 - sum));
            fields.rotation(cloud, i, q[0], q[1], q[2], q[3]);
        }
    }

    private void scales(GaussianCloud cloud) throws IOException {
        JsonNode group = meta.path("scales");
        WebpImage image = image(group, 0, cloud.count());
        float[][] tables = tables(group, 3);
        for (int i = 0; i < cloud.count(); i++) {
            fields.logScale(cloud, i, tables[0][image.at(i, 0)], tables[1][image.at(i, 1)], tables[2][image.at(i, 2)]);
        }
    }

    private void colours(GaussianCloud cloud) throws IOException {
        JsonNode group = meta.path("sh0");
        WebpImage image = image(group, 0, cloud.count());
        float[][] tables = tables(group, legacy ? 4 : 3);
        for (int i = 0; i < cloud.count(); i++) {
            fields.colour(
                    cloud,
                    i,
                    0.5f + GaussianCloud.SH_C0 * tables[0][image.at(i, 0)],
                    0.5f + GaussianCloud.SH_C0 * tables[1][image.at(i, 1)],
                    0.5f + GaussianCloud.SH_C0 * tables[2][image.at(i, 2)]);
            if (legacy) {
                fields.logitOpacity(cloud, i, tables[3][image.at(i, 3)]);
            } else {
                fields.linearOpacity(cloud, i, image.at(i, 3) / 255f);
            }
        }
    }

    private void coefficients(GaussianCloud cloud, JsonNode shN, WebpImage centroids, int degree) throws IOException {
        WebpImage labels = image(shN, 1, cloud.count());
        float[] table = legacy ? range(numbers(shN, "mins", 1)[0], numbers(shN, "maxs", 1)[0]) : codebook(shN);
        int k = GaussianCloud.coefficients(degree);
        for (int i = 0; i < cloud.count(); i++) {
            int label = labels.at(i, 0) | labels.at(i, 1) << 8;
            if (label / PALETTE_COLUMNS >= centroids.height()) {
                throw bad("labels below " + PALETTE_COLUMNS * centroids.height(), label + " of Gaussian " + i);
            }
            int pixel = label / PALETTE_COLUMNS * centroids.width() + label % PALETTE_COLUMNS * k;
            for (int j = 0; j < k; j++) {
                for (int channel = 0; channel < 3; channel++) {
                    fields.harmonic(cloud, i, channel * k + j, table[centroids.at(pixel + j, channel)]);
                }
            }
        }
    }

    /** The value of each byte, per channel. */
    private float[][] tables(JsonNode group, int channels) throws AvatarFormatException {
        float[][] tables = new float[channels][];
        double[] mins = legacy ? numbers(group, "mins", channels) : new double[0];
        double[] maxs = legacy ? numbers(group, "maxs", channels) : new double[0];
        float[] codebook = legacy ? new float[0] : codebook(group);
        for (int c = 0; c < channels; c++) {
            tables[c] = legacy ? range(mins[c], maxs[c]) : codebook;
        }
        return tables;
    }

    private static float[] range(double min, double max) {
        float[] table = new float[256];
        for (int v = 0; v < table.length; v++) {
            table[v] = (float) (min + (max - min) * (v / 255.0));
        }
        return table;
    }

    private float[] codebook(JsonNode group) throws AvatarFormatException {
        double[] numbers = numbers(group, "codebook", 256);
        float[] table = new float[numbers.length];
        for (int v = 0; v < table.length; v++) {
            table[v] = (float) numbers[v];
        }
        return table;
    }

    private double[] numbers(JsonNode group, String name, int count) throws AvatarFormatException {
        JsonNode list = group.path(name);
        if (count == 1 && list.isNumber()) {
            return new double[] {list.asDouble()};
        }
        if (list.size() != count) {
            throw bad(count + " numbers in " + name, list.isMissingNode() ? "none" : list.size() + " of them");
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = list.get(i).asDouble(Double.NaN);
        }
        return values;
    }

    private AvatarFormatException bad(String expected, String found) {
        return reading.bad(expected, found, "export the avatar again as .sog or .ply");
    }
}
