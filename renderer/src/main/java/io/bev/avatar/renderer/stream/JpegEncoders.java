package io.bev.avatar.renderer.stream;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the encoder. */
public final class JpegEncoders {

    private static final Logger log = LoggerFactory.getLogger(JpegEncoders.class);

    private JpegEncoders() {}

    /**
     * TurboJPEG where the library is found, else ImageIO; says once which, and how to get the better one.
     *
     * @param quality 1..100
     */
    public static JpegEncoder best(int quality) {
        return best(quality, TurboJpeg.LIBRARIES);
    }

    static JpegEncoder best(int quality, List<String> libraries) {
        JpegEncoder encoder = TurboJpegEncoder.open(quality, libraries).orElse(null);
        if (encoder != null) {
            log.info("JPEG by {}, quality {}", encoder.name(), quality);
            return encoder;
        }
        log.warn(
                "JPEG by ImageIO, quality {}: {} not found. Encoding takes about four times as long; install the"
                        + " package libturbojpeg0",
                quality,
                libraries.get(0));
        return new ImageIoJpegEncoder(quality);
    }
}
