package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.raster.Framebuffer;

/** Small letters of 5 by 7 pixels. A headless Java runtime without installed fonts draws no text. */
final class PixelFont {

    static final int HEIGHT = 9;

    private static final int ADVANCE = 6;

    /** For each letter a to z its rows from the top, of which those of g, j, p, q and y reach below the line. */
    private static final String[] LETTERS = {
        "00 00 0e 01 0f 11 0f 00 00", // a
        "10 10 16 19 11 11 1e 00 00",
        "00 00 0e 10 10 11 0e 00 00",
        "01 01 0d 13 11 11 0f 00 00",
        "00 00 0e 11 1f 10 0e 00 00",
        "06 09 08 1c 08 08 08 00 00",
        "00 00 0f 11 11 11 0f 01 0e",
        "10 10 16 19 11 11 11 00 00",
        "04 00 0c 04 04 04 0e 00 00",
        "02 00 06 02 02 02 02 12 0c",
        "10 10 12 14 18 14 12 00 00",
        "0c 04 04 04 04 04 0e 00 00",
        "00 00 1a 15 15 15 15 00 00",
        "00 00 16 19 11 11 11 00 00",
        "00 00 0e 11 11 11 0e 00 00",
        "00 00 1e 11 11 11 1e 10 10",
        "00 00 0f 11 11 11 0f 01 01",
        "00 00 16 19 10 10 10 00 00",
        "00 00 0f 10 0e 01 1e 00 00",
        "08 08 1c 08 08 09 06 00 00",
        "00 00 11 11 11 13 0d 00 00",
        "00 00 11 11 11 0a 04 00 00",
        "00 00 11 11 15 15 0a 00 00",
        "00 00 11 0a 04 0a 11 00 00",
        "00 00 11 11 11 11 0f 01 0e",
        "00 00 1f 02 04 08 1f 00 00"
    };

    private PixelFont() {}

    /** Width of {@code text} in pixels of the font. */
    static int width(String text) {
        return text.length() * ADVANCE;
    }

    /**
     * Draws white letters; other characters are gaps.
     *
     * @param scale image pixels per pixel of the font
     * @param right the text is cut off there
     */
    static void draw(String text, int scale, int left, int top, int right, Framebuffer image) {
        for (int i = 0; i < text.length(); i++) {
            int letter = text.charAt(i) - 'a';
            if (letter < 0 || letter >= LETTERS.length) {
                continue;
            }
            for (int y = 0; y < HEIGHT * scale; y++) {
                int at = 3 * (y / scale);
                int row = Integer.parseInt(LETTERS[letter], at, at + 2, 16);
                for (int x = 0; x < 5 * scale; x++) {
                    int column = left + i * ADVANCE * scale + x;
                    if (column < right && ((row >> (4 - x / scale)) & 1) == 1) {
                        int pixel = 3 * ((top + y) * image.width + column);
                        image.bgr[pixel] = -1;
                        image.bgr[pixel + 1] = -1;
                        image.bgr[pixel + 2] = -1;
                    }
                }
            }
        }
    }
}
