package io.bev.avatar.renderer.stream;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Selects the JPEG encoder. */
public final class JpegEncoders {

    private static final Logger LOG = LoggerFactory.getLogger(JpegEncoders.class);

    private JpegEncoders() {}

    /**
     * TurboJPEG if the library is installed, otherwise ImageIO; logs the choice and how to install the library.
     *
     * @param quality 1..100
     */
    public static JpegEncoder best(int quality) {
        return best(quality, TurboJpeg.LIBRARIES);
    }

    static JpegEncoder best(int quality, List<String> libraries) {
        JpegEncoder encoder = TurboJpegEncoder.open(quality, libraries).orElse(null);
        if (encoder != null) {
            LOG.info("JPEG encoder {}, quality {}", encoder.name(), quality);
            return encoder;
        }
        LOG.warn(
                "JPEG encoder ImageIO, quality {}: {} not found. Encoding takes about four times as long; install the"
                        + " package libturbojpeg0",
                quality,
                libraries.get(0));
        return new ImageIoJpegEncoder(quality);
    }
}
