package io.bev.avatar.exporter.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8WriterTest {

    private static final String[] PIECES = {
        "node_load1 ", "ä", "€", "\uD83D\uDE00", "\uD83D", "\uDE00", "\n", "a\uFFFDb"
    };

    @Test
    void write_anyPieces_areEncodedAsByTheJdk() throws Exception {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            StringBuilder expected = new StringBuilder();
            try (Utf8Writer out = new Utf8Writer(bytes)) {
                for (int i = 0; i < 40; i++) {
                    String piece = PIECES[random.nextInt(PIECES.length)].repeat(i == 7 ? 1500 : 1);
                    expected.append(piece);
                    switch (random.nextInt(3)) {
                        case 0 -> out.write(piece);
                        case 1 -> out.write(piece.toCharArray(), 0, piece.length());
                        default -> {
                            for (int k = 0; k < piece.length(); k++) {
                                out.append(piece.charAt(k));
                            }
                        }
                    }
                }
            }

            assertThat(bytes.toByteArray())
                    .as("seed %d", seed)
                    .isEqualTo(expected.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
