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
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SplatReaderTest {

    @Test
    void read_record_isParsed() throws IOException {
        GaussianCloud cloud = read(record(1, 0.5f, 255, 128));

        assertThat(cloud.count()).isEqualTo(1);
        assertThat(new float[] {cloud.x[0], cloud.y[0], cloud.z[0]}).containsExactly(1, 2, 3);
        assertThat(cloud.scaleX[0]).isEqualTo(0.5f);
        assertThat(cloud.red[0]).isEqualTo(1);
        assertThat(cloud.green[0]).isZero();
        assertThat(cloud.opacity[0]).isEqualTo(0.2f);
        // Bytes 128 + (0, 0, 0, 64): a half turn about z.
        assertThat(cloud.rotationW[0]).isZero();
        assertThat(cloud.rotationZ[0]).isCloseTo(1, within(1e-6f));
    }

    @Test
    void read_partOfARecord_isRejected() {
        byte[] whole = record(1, 1, 1, 1);

        assertThatThrownBy(() -> read(Arrays.copyOf(whole, 31)))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("31 bytes of the last record");
    }

    @Test
    void read_negativeScale_isRejected() {
        assertThatThrownBy(() -> read(record(1, -0.5f, 1, 1)))
                .isInstanceOf(AvatarFormatException.class)
                .hasMessageContaining("scale_0, found -0.5 in Gaussian 0");
    }

    private static GaussianCloud read(byte[] file) throws IOException {
        return SplatReader.read(Reading.of("a.splat"), new ByteArrayInputStream(file), file.length);
    }

    private static byte[] record(float x, float scale, int red, int w) {
        ByteBuffer b = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        b.putFloat(x).putFloat(2).putFloat(3).putFloat(scale).putFloat(1).putFloat(1);
        b.put((byte) red).put((byte) 0).put((byte) 0).put((byte) 51);
        return b.put((byte) w).put((byte) 128).put((byte) 128).put((byte) 192).array();
    }
}
