package io.bev.avatar.splat.scene.io;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes a cloud as the .ply of 3D Gaussian splatting that {@link PlyReader} and other software reads. */
public final class PlyWriter {

    private static final List<String> FIRST = List.of("x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2");
    private static final List<String> LAST =
            List.of("opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3");

    /** Opacities of 0 and 1 have no logit. */
    private static final double MIN_OPACITY = 1e-6;

    private PlyWriter() {}

    /** Writes {@code file}, replacing an existing one. */
    public static void write(GaussianCloud cloud, Path file) throws IOException {
        int rest = 3 * GaussianCloud.coefficients(cloud.shDegree());
        List<String> properties = new ArrayList<>(FIRST);
        for (int k = 0; k < rest; k++) {
            properties.add("f_rest_" + k);
        }
        properties.addAll(LAST);
        StringBuilder header = new StringBuilder("ply\nformat binary_little_endian 1.0\n");
        header.append("element vertex ").append(cloud.count()).append('\n');
        properties.forEach(name -> header.append("property float ").append(name).append('\n'));
        header.append("end_header\n");
        ByteBuffer record = ByteBuffer.allocate(4 * properties.size()).order(ByteOrder.LITTLE_ENDIAN);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write(header.toString().getBytes(US_ASCII));
            for (int i = 0; i < cloud.count(); i++) {
                record.clear();
                put(cloud, i, rest, record);
                out.write(record.array());
            }
        }
    }

    private static void put(GaussianCloud c, int i, int rest, ByteBuffer out) {
        out.putFloat(c.x[i]).putFloat(c.y[i]).putFloat(c.z[i]);
        out.putFloat(0).putFloat(0).putFloat(0);
        out.putFloat(harmonic(c.red[i])).putFloat(harmonic(c.green[i])).putFloat(harmonic(c.blue[i]));
        for (int k = 0; k < rest; k++) {
            out.putFloat(c.harmonic(i * rest + k));
        }
        double opacity = Math.min(1 - MIN_OPACITY, Math.max(MIN_OPACITY, c.opacity[i]));
        out.putFloat((float) Math.log(opacity / (1 - opacity)));
        out.putFloat(logarithm(c.scaleX[i])).putFloat(logarithm(c.scaleY[i])).putFloat(logarithm(c.scaleZ[i]));
        out.putFloat(c.rotationW[i])
                .putFloat(c.rotationX[i])
                .putFloat(c.rotationY[i])
                .putFloat(c.rotationZ[i]);
    }

    private static float harmonic(float colour) {
        return (colour - 0.5f) / GaussianCloud.SH_C0;
    }

    private static float logarithm(float scale) {
        return (float) Math.log(scale);
    }
}
