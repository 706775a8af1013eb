package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CompressedPlyReaderTest {

    @Test
    void read_packedVertex_liesInItsChunksRange() throws IOException {
        GaussianCloud cloud = read(file(300, 0, true));

        assertThat(cloud.count()).isEqualTo(300);
        // Chunk 0 spans 0..10, chunk 1 spans 100..110; x is at its top, y at its bottom.
        assertThat(cloud.x[0]).isEqualTo(10);
        assertThat(cloud.y[0]).isEqualTo(0);
        assertThat(cloud.x[299]).isEqualTo(110);
        assertThat(cloud.scaleX[0]).isCloseTo((float) Math.exp(-1), within(1e-6f));
        assertThat(cloud.scaleZ[0]).isCloseTo((float) Math.exp(-3), within(1e-6f));
        assertThat(cloud.red[0]).isCloseTo(2, within(1e-5f));
        assertThat(cloud.green[0]).isCloseTo(-1, within(1e-5f));
        assertThat(cloud.opacity[0]).isEqualTo(0.2f);
        // The largest is x; the first of the others, w, is half a step from the middle.
        assertThat(cloud.rotationX[0]).isCloseTo(1, within(1e-4f));
        assertThat(cloud.rotationW[0]).isCloseTo(0, within(1e-3f));
    }

    @Test
    void read_withoutColourRanges_coloursAreAsStored() throws IOException {
        GaussianCloud cloud = read(file(1, 0, false));

        assertThat(cloud.red[0]).isEqualTo(1);
        assertThat(cloud.green[0]).isZero();
    }

    @Test
    void read_coefficients_spanFourEitherWay() throws IOException {
        GaussianCloud cloud = read(file(2, 9, true));

        assertThat(cloud.shDegree()).isEqualTo(1);
        assertThat(cloud.harmonic(9)).isEqualTo(-4);
        assertThat(cloud.harmonic(10)).isCloseTo(4, within(1e-6f));
        assertThat(cloud.harmonic(11)).isCloseTo(0, within(0.02f));
    }

    @Test
    void read_cutFile_isRejected() {
        byte[] file = file(300, 9, true);

        assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length - 1)))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("300 vertices");
    }

    @Test
    void read_chunksThatDoNotCoverTheVertices_isRejected() {
        String text = new String(file(300, 0, true), StandardCharsets.ISO_8859_1);
        byte[] file = text.replace("element chunk 2", "element chunk 1").getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("1 for 300");
    }

    private static GaussianCloud read(byte[] file) throws IOException {
        return PlyReader.read(
                Reading.of("a.ply"), new ByteArrayInputStream(file), file.length, PlyReader.Colour.HARMONIC);
    }

    private static byte[] file(int count, int coefficients, boolean coloured) {
        int chunks = (count + 255) / 256;
        StringBuilder header =
                new StringBuilder("ply\nformat binary_little_endian 1.0\nelement chunk " + chunks + "\n");
        for (String name :
                "min_x min_y min_z max_x max_y max_z min_scale_x min_scale_y min_scale_z max_scale_x max_scale_y"
                        .concat(" max_scale_z" + (coloured ? " min_r min_g min_b max_r max_g max_b" : ""))
                        .split(" ", -1)) {
            header.append("property float ").append(name).append('\n');
        }
        header.append("element vertex ").append(count).append('\n');
        for (String name : new String[] {"position", "rotation", "scale", "color"}) {
            header.append("property uint packed_").append(name).append('\n');
        }
        if (coefficients > 0) {
            header.append("element sh ").append(count).append('\n');
            for (int k = 0; k < coefficients; k++) {
                header.append("property uchar f_rest_").append(k).append('\n');
            }
        }
        byte[] text = header.append("end_header\n").toString().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer b = ByteBuffer.allocate(text.length + chunks * (coloured ? 72 : 48) + count * (16 + coefficients))
                .order(ByteOrder.LITTLE_ENDIAN);
        b.put(text);
        for (int c = 0; c < chunks; c++) {
            floats(b, 100 * c, 3);
            floats(b, 100 * c + 10, 3);
            floats(b, -3, 3);
            floats(b, -1, 3);
            if (coloured) {
                floats(b, -1, 3);
                floats(b, 2, 3);
            }
        }
        for (int i = 0; i < count; i++) {
            b.putInt(2047 << 21);
            b.putInt(1 << 30 | 511 << 20 | 511 << 10 | 512);
            b.putInt(2047 << 21);
            b.putInt(255 << 24 | 51);
        }
        for (int i = 0; i < count && coefficients > 0; i++) {
            b.put((byte) 0).put((byte) 255).put((byte) 128).put(new byte[coefficients - 3]);
        }
        return b.array();
    }

    private static void floats(ByteBuffer b, float value, int times) {
        for (int i = 0; i < times; i++) {
            b.putFloat(value);
        }
    }
}
