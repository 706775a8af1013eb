package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.raster.Framebuffer;

/** Images of one size in rows, each with its name below. */
final class ContactSheet {

    static final int COLUMNS = 5;

    private static final int MAX_SIDE = 16_384;

    private final Framebuffer sheet;
    private final int width;
    private final int height;
    private final int scale;

    /**
     * @param width of each image in pixels
     * @param count number of images
     * @throws IllegalArgumentException if a side exceeds 16,384 pixels
     */
    ContactSheet(int width, int height, int count) {
        this.width = width;
        this.height = height;
        scale = Math.max(1, height / 180);
        int rows = (count + COLUMNS - 1) / COLUMNS;
        if (width * COLUMNS > MAX_SIDE || rows * (height + labelHeight()) > MAX_SIDE) {
            throw new IllegalArgumentException("--resolution " + width + "x" + height
                    + ": expected images of at most " + MAX_SIDE / COLUMNS + "x" + (MAX_SIDE / rows - labelHeight())
                    + " in a contact sheet");
        }
        sheet = new Framebuffer(width * COLUMNS, rows * (height + labelHeight()), 0, 0, 0);
    }

    private int labelHeight() {
        return (PixelFont.HEIGHT + 4) * scale;
    }

    /** Adds the image at {@code index} in reading order. */
    void add(int index, Framebuffer image, String name) {
        int left = index % COLUMNS * width;
        int top = index / COLUMNS * (height + labelHeight());
        for (int y = 0; y < height; y++) {
            System.arraycopy(image.bgr, 3 * y * width, sheet.bgr, 3 * ((top + y) * sheet.width + left), 3 * width);
        }
        int labelLeft = left + Math.max(0, (width - PixelFont.width(name) * scale) / 2);
        PixelFont.draw(name, scale, labelLeft, top + height + 2 * scale, left + width, sheet);
    }

    Framebuffer image() {
        return sheet;
    }
}
