package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class I420Test {

    @Test
    void convert_knownColours_areThoseOfBt601() {
        assertThat(pixel(0, 0, 0)).containsExactly(16, 128, 128);
        assertThat(pixel(255, 255, 255)).containsExactly(235, 128, 128);
        assertThat(pixel(255, 0, 0)).containsExactly(81, 90, 240);
        assertThat(pixel(0, 255, 0)).containsExactly(145, 54, 34);
        assertThat(pixel(0, 0, 255)).containsExactly(41, 240, 110);
    }

    @Test
    void convert_randomPixels_matchTheFormulaWithinRounding() {
        Random random = new Random(5);
        for (int i = 0; i < 1000; i++) {
            int r = random.nextInt(256);
            int g = random.nextInt(256);
            int b = random.nextInt(256);
            int[] ycc = pixel(r, g, b);
            double y = 0.299 * r + 0.587 * g + 0.114 * b;
            assertThat((double) ycc[0]).isCloseTo(16 + y * 219 / 255, within(0.6));
            assertThat((double) ycc[1]).isCloseTo(128 + (b - y) / 1.772 * 224 / 255, within(0.6));
            assertThat((double) ycc[2]).isCloseTo(128 + (r - y) / 1.402 * 224 / 255, within(0.6));
        }
    }

    @Test
    void convert_oddSize_fillsEachPlane() {
        byte[] bgr = new byte[3 * 3 * 3];
        Arrays.fill(bgr, (byte) 255);
        byte[] out = new byte[I420.bytes(3, 3)];

        I420.convert(bgr, 3, 3, out);

        assertThat(out).hasSize(9 + 2 * 4);
        for (int i = 0; i < out.length; i++) {
            assertThat(out[i] & 0xff).isEqualTo(i < 9 ? 235 : 128);
        }
    }

    private static int[] pixel(int r, int g, int b) {
        byte[] out = new byte[I420.bytes(1, 1)];
        I420.convert(new byte[] {(byte) b, (byte) g, (byte) r}, 1, 1, out);
        return new int[] {out[0] & 0xff, out[1] & 0xff, out[2] & 0xff};
    }
}
