package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.splat.raster.Framebuffer;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Contract of every encoder. */
class JpegEncoderTest {

    enum Codec {
        TURBO {
            @Override
            JpegEncoder open(int quality) {
                var encoder = TurboJpegEncoder.open(quality, TurboJpeg.LIBRARIES);
                assumeTrue(encoder.isPresent(), "libturbojpeg.so.0 is not installed (package libturbojpeg0)");
                return encoder.orElseThrow();
            }
        },
        IMAGE_IO {
            @Override
            JpegEncoder open(int quality) {
                return new ImageIoJpegEncoder(quality);
            }
        };

        abstract JpegEncoder open(int quality);
    }

    @ParameterizedTest
    @EnumSource
    void encode_smoothFrame_isDecodedSimilar(Codec codec) {
        try (JpegEncoder encoder = codec.open(85)) {
            Framebuffer image = TestPictures.smooth(640, 360);

            BufferedImage decoded = TestPictures.decode(TestPictures.copy(encoder.encode(image)));

            assertThat(decoded.getWidth()).isEqualTo(640);
            assertThat(decoded.getHeight()).isEqualTo(360);
            assertThat(TestPictures.psnr(image, decoded)).isGreaterThan(38);
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_pureColours_keepTheirChannels(Codec codec) {
        try (JpegEncoder encoder = codec.open(95)) {
            for (int channel = 0; channel < 3; channel++) {
                Framebuffer image = new Framebuffer(16, 16, 0, 0, 0);
                for (int at = channel; at < image.bgr.length; at += 3) {
                    image.bgr[at] = (byte) 255;
                }

                int rgb = TestPictures.decode(TestPictures.copy(encoder.encode(image)))
                        .getRGB(8, 8);

                for (int other = 0; other < 3; other++) {
                    int level = (rgb >> (8 * other)) & 0xff;
                    assertThat(level)
                            .as("channel %d of %d", other, channel)
                            .isBetween(other == channel ? 240 : 0, other == channel ? 255 : 15);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_changingSizes_followsThem(Codec codec) {
        try (JpegEncoder encoder = codec.open(85)) {
            for (int[] size : new int[][] {{64, 36}, {1, 1}, {641, 359}, {17, 500}, {64, 36}}) {
                Framebuffer image = TestPictures.smooth(size[0], size[1]);

                BufferedImage decoded = TestPictures.decode(TestPictures.copy(encoder.encode(image)));

                assertThat(new int[] {decoded.getWidth(), decoded.getHeight()}).isEqualTo(size);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_noiseAtBestQuality_fits(Codec codec) {
        try (JpegEncoder encoder = codec.open(100)) {
            Framebuffer image = TestPictures.noise(320, 200);

            byte[] jpeg = TestPictures.copy(encoder.encode(image));

            assertThat(jpeg.length).isGreaterThan(60_000);
            assertThat(TestPictures.decode(jpeg).getWidth()).isEqualTo(320);
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_sameFrameTwice_givesSameBytes(Codec codec) {
        try (JpegEncoder encoder = codec.open(85)) {
            Framebuffer image = TestPictures.smooth(200, 100);
            byte[] first = TestPictures.copy(encoder.encode(image));
            encoder.encode(TestPictures.noise(200, 100));

            assertThat(TestPictures.copy(encoder.encode(image))).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_changedPixelsInSameFrame_areEncoded(Codec codec) {
        try (JpegEncoder encoder = codec.open(85)) {
            Framebuffer image = new Framebuffer(64, 64, 0, 0, 0);
            encoder.encode(image);
            java.util.Arrays.fill(image.bgr, (byte) 200);

            int rgb = TestPictures.decode(TestPictures.copy(encoder.encode(image)))
                    .getRGB(32, 32);

            assertThat(rgb & 0xff).isBetween(197, 203);
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_lowerQuality_isSmaller(Codec codec) {
        Framebuffer image = TestPictures.noise(128, 128);
        try (JpegEncoder low = codec.open(30);
                JpegEncoder high = codec.open(95)) {
            assertThat(low.encode(image).remaining())
                    .isLessThan(high.encode(image).remaining() / 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void encode_afterClose_fails(Codec codec) {
        JpegEncoder encoder = codec.open(85);
        encoder.close();
        encoder.close();

        assertThatThrownBy(() -> encoder.encode(TestPictures.smooth(8, 8)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void nativeBytes_turbo_areHeldForOneFrameAndFreed() {
        JpegEncoder encoder = Codec.TURBO.open(85);
        TurboJpegEncoder turbo = (TurboJpegEncoder) encoder;
        turbo.encode(TestPictures.smooth(640, 360));
        long held = turbo.nativeBytes();
        for (int i = 0; i < 10; i++) {
            turbo.encode(TestPictures.smooth(640, 360));
        }

        assertThat(turbo.nativeBytes()).isEqualTo(held).isBetween(2L * 640 * 360 * 3, 6L * 640 * 360 * 3);
        turbo.close();
        assertThat(turbo.nativeBytes()).isZero();
    }

    @Test
    void best_withLibrary_isTurbo() {
        Codec.TURBO.open(85).close();
        try (JpegEncoder encoder = JpegEncoders.best(85)) {
            assertThat(encoder).isInstanceOf(TurboJpegEncoder.class);
            assertThat(encoder.name()).contains("turbojpeg");
        }
    }

    @Test
    void best_withoutLibrary_fallsBackToImageIo() {
        try (JpegEncoder encoder = JpegEncoders.best(85, List.of("libno-such-codec.so.9"))) {
            assertThat(encoder.name()).isEqualTo("ImageIO");
            assertThat(encoder.encode(TestPictures.smooth(32, 32)).remaining()).isPositive();
        }
    }
}
