package io.bev.avatar.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares a text with a file; {@code -Dgolden.update=true} writes the file instead. */
public final class Golden {

    private Golden() {}

    public static void check(Path file, String text) throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        }
        assertThat(text)
                .as("%s; after an intended change: mvn test -Dtest='*Golden*' -Dgolden.update=true", file)
                .isEqualTo(Files.readString(file));
    }
}
