package io.bev.avatar.splat.scene.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.GaussianCloud;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpzReaderTest {

    private static final float SQRT_HALF = 0.70710678f;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void read_everyVersion_givesTheSameCloudInTheAxesOfPly(int version) throws IOException {
        GaussianCloud cloud = read(gzip(file(version, 2, 0)));

        assertThat(cloud.count()).isEqualTo(2);
        assertThat(cloud.x).containsExactly(1.5f, 1.5f);
        assertThat(cloud.y).containsExactly(2, 2);
        assertThat(cloud.z).containsExactly(-0.25f, -0.25f);
        assertThat(cloud.opacity[1]).isEqualTo(0.2f);
        assertThat(cloud.red[0]).isCloseTo(0.5f + GaussianCloud.SH_C0 * 0.5f / 0.15f, within(1e-5f));
        assertThat(cloud.scaleX[0]).isCloseTo((float) Math.exp(-2), within(1e-6f));
        // A quarter turn about z with y and z negated.
        assertThat(cloud.rotationW[0]).isCloseTo(SQRT_HALF, within(0.01f));
        assertThat(cloud.rotationX[0]).isCloseTo(0, within(0.01f));
        assertThat(cloud.rotationZ[0]).isCloseTo(-SQRT_HALF, within(0.01f));
    }

    @Test
    void read_harmonics_areReorderedAndFlippedWithTheAxes() throws IOException {
        byte[] file = file(3, 1, 1);
        // Red, green, blue of the coefficients of y, z, x.
        byte[] harmonics = {(byte) 192, 96, (byte) 64, (byte) 160, 0, 0, (byte) 255, 0, 0};
        System.arraycopy(harmonics, 0, file, file.length - 9, 9);

        GaussianCloud cloud = read(gzip(file));

        assertThat(cloud.shDegree()).isEqualTo(1);
        assertThat(Harmonics.of(cloud)).containsExactly(-0.5f, -0.25f, 0.9921875f, 0.25f, 1, -1, 0.5f, 1, -1);
    }

    @Test
    void half_specialValues_areThoseOfTheStandard() {
        assertThat(SpzReader.half((short) 0x3C00)).isEqualTo(1);
        assertThat(SpzReader.half((short) 0xC000)).isEqualTo(-2);
        assertThat(SpzReader.half((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(SpzReader.half((short) 0x7BFF)).isEqualTo(65504);
        assertThat(SpzReader.half((short) 0x7C00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(SpzReader.half((short) 0x7E00)).isNaN();
    }

    @Test
    void read_cutData_isRejected() throws IOException {
        byte[] file = file(2, 100, 0);

        assertThatThrownBy(() -> read(gzip(Arrays.copyOf(file, file.length - 1))))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("100 rotations")
                .hasMessageContaining("99 rotations");
        byte[] packed = gzip(file);
        assertThatThrownBy(() -> read(Arrays.copyOf(packed, packed.length / 2)))
                .isInstanceOf(AvatarFormatException.class);
    }

    @Test
    void read_countBeyondWhatTheFileCanHold_isRejected() throws IOException {
        byte[] file = file(2, 1, 0);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 15_000_000);

        assertThatThrownBy(() -> read(gzip(file)))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("15000000 Gaussians");
    }

    @Test
    void read_gzipOfSomethingElse_isRejected() {
        assertThatThrownBy(() -> read(gzip(new byte[100])))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("other data");
    }

    @Test
    void read_laterVersion_namesTheRemedy() {
        assertThatThrownBy(() -> read(gzip(file(4, 1, 0))))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("convert it to version 4 or to .ply");
    }

    private static GaussianCloud read(byte[] file) throws IOException {
        return SpzReader.read(Reading.of("a.spz"), new ByteArrayInputStream(file), file.length);
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    /** Gaussians at (1.5, -2, 0.25) in right, up, back, each a quarter turn about z. */
    static byte[] file(int version, int count, int degree) {
        int harmonics = 3 * GaussianCloud.coefficients(degree);
        int each = (version == 1 ? 6 : 9) + 7 + (version >= 3 ? 4 : 3) + harmonics;
        ByteBuffer b = ByteBuffer.allocate(16 + count * each).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(SpzReader.MAGIC).putInt(version).putInt(count);
        b.put((byte) degree).put((byte) 12).put((byte) 0).put((byte) 0);
        for (int i = 0; i < count; i++) {
            if (version == 1) {
                b.putShort((short) 0x3E00).putShort((short) 0xC000).putShort((short) 0x3400);
            } else {
                fixed(b, 1.5);
                fixed(b, -2);
                fixed(b, 0.25);
            }
        }
        repeat(b, count, 51);
        repeat(b, 3 * count, 255);
        repeat(b, 3 * count, 128);
        for (int i = 0; i < count; i++) {
            if (version >= 3) {
                // w is the largest; x and y are 0, z is 511 steps of sqrt(1/2) / 511.
                b.putInt(3 << 30 | 511);
            } else {
                b.put((byte) 127).put((byte) 127).put((byte) Math.round(127.5 * (1 + SQRT_HALF)));
            }
        }
        repeat(b, harmonics * count, 128);
        return b.array();
    }

    private static void fixed(ByteBuffer b, double value) {
        int v = (int) Math.round(value * 4096);
        b.put((byte) v).put((byte) (v >> 8)).put((byte) (v >> 16));
    }

    private static void repeat(ByteBuffer b, int count, int value) {
        for (int i = 0; i < count; i++) {
            b.put((byte) value);
        }
    }
}
