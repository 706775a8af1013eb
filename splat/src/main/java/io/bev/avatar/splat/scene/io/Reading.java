package io.bev.avatar.splat.scene.io;

import io.bev.avatar.splat.scene.AvatarFormatException;
import io.bev.avatar.splat.scene.Findings;
import io.bev.avatar.splat.scene.ModelMemory;
import io.bev.avatar.splat.scene.Origin;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** A file being read: its name for messages, the memory for it, and what is reported besides the cloud. */
final class Reading {

    private static final int MAX_NOTES = 10;

    private final String source;
    private final ModelMemory memory;
    private final List<String> notes = new ArrayList<>();
    private int invalidGaussians;
    private Origin origin = Origin.ZERO;

    /** @param source the file's name in messages */
    Reading(String source, ModelMemory memory) {
        this.source = source;
        this.memory = memory;
    }

    /** A file named {@code source}, with the whole heap for it. */
    static Reading of(String source) {
        return new Reading(source, ModelMemory.ofHeap());
    }

    String source() {
        return source;
    }

    ModelMemory memory() {
        return memory;
    }

    /** Reports a feature of the file that is ignored or converted. */
    void note(String text) {
        if (notes.size() < MAX_NOTES && !notes.contains(text)) {
            notes.add(text);
        }
    }

    /** Adds to the number of Gaussians that are not rendered. */
    void invalidGaussians(int count) {
        invalidGaussians += count;
    }

    /** The cloud's zero in the coordinates of the file. */
    Origin origin() {
        return origin;
    }

    void origin(Origin zero) {
        origin = zero;
    }

    Findings findings() {
        return new Findings(invalidGaussians, notes);
    }

    AvatarFormatException bad(String expected, String found, String remedy) {
        return new AvatarFormatException(source, expected, found, remedy);
    }

    /**
     * Reads to the end of the data, where compressed streams verify their checksum.
     *
     * @param allowed bytes that may follow; more are a contradiction to the declared count
     */
    void requireEnd(InputStream in, long allowed) throws IOException {
        byte[] rest = new byte[8192];
        long extra = 0;
        for (int n = in.read(rest); n >= 0; n = in.read(rest)) {
            extra += n;
            if (extra > allowed) {
                throw bad(
                        "the end of the file after the declared number of Gaussians",
                        "more data",
                        "the count in the header is damaged, or data was appended: export the avatar again");
            }
        }
    }
}
