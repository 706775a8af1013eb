package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bev.avatar.splat.raster.Framebuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real library. */
class Vp8EncoderTest {

    private Vp8Encoder encoder;

    @BeforeEach
    void open() {
        assumeThat(Vpx.bind(Vpx.LIBRARIES))
                .as("libvpx7 or libvpx9 is installed")
                .isPresent();
        encoder = Vp8Encoder.open(Vpx.LIBRARIES);
    }

    @AfterEach
    void close() {
        if (encoder != null) {
            encoder.close();
        }
    }

    @Test
    void encode_firstFrame_isAKeyFrameOfThatSize() {
        byte[] frame = TestPictures.copy(encoder.encode(TestPictures.smooth(320, 180), false));

        assertThat(encoder.wasKey()).isTrue();
        assertKeyFrame(frame, 320, 180);
    }

    @Test
    void encode_sameImage_isATinyDelta() {
        Framebuffer image = TestPictures.smooth(320, 180);
        int key = encoder.encode(image, false).remaining();
        encoder.encode(image, false);

        int delta = encoder.encode(image, false).remaining();

        assertThat(encoder.wasKey()).isFalse();
        assertThat(delta).isLessThan(key / 5).isPositive();
    }

    @Test
    void encode_keyWanted_isAKeyFrame() {
        Framebuffer image = TestPictures.smooth(64, 48);
        encoder.encode(image, false);
        encoder.encode(image, false);

        assertKeyFrame(TestPictures.copy(encoder.encode(image, true)), 64, 48);
        assertThat(encoder.wasKey()).isTrue();
    }

    @Test
    void encode_otherSizeThanBefore_isAKeyFrame() {
        encoder.encode(TestPictures.smooth(64, 48), false);

        assertKeyFrame(TestPictures.copy(encoder.encode(TestPictures.smooth(33, 17), false)), 33, 17);
        assertKeyFrame(TestPictures.copy(encoder.encode(TestPictures.smooth(1, 1), false)), 1, 1);
    }

    @Test
    void encode_closed_fails() {
        encoder.close();
        encoder.close();

        assertThatThrownBy(() -> encoder.encode(TestPictures.smooth(8, 8), false))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void open_missingLibrary_namesThePackage() {
        assertThatThrownBy(() -> Vp8Encoder.open(List.of(new Vpx.Library("libvpx.so.0", 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("libvpx.so.0: not found; install the package libvpx9");
    }

    @Test
    void open_otherAbi_isRejectedByTheLibrary() {
        Vpx.Library installed = Vpx.bind(Vpx.LIBRARIES).orElseThrow();

        assertThatThrownBy(() -> Vp8Encoder.open(List.of(new Vpx.Library(installed.name(), 99))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(installed.name())
                .hasMessageContaining("ABI version other than 99; install libvpx 1.15");
    }

    /** RFC 6386, section 9.1. */
    private static void assertKeyFrame(byte[] frame, int width, int height) {
        ByteBuffer b = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(b.get(0) & 1).as("inverse key frame flag").isZero();
        assertThat(b.getInt(3) & 0xffffff).isEqualTo(0x2a019d);
        assertThat(b.getShort(6) & 0x3fff).isEqualTo(width);
        assertThat(b.getShort(8) & 0x3fff).isEqualTo(height);
    }
}
