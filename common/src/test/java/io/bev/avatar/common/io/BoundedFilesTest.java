package io.bev.avatar.common.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedFilesTest {

    @TempDir
    Path directory;

    @Test
    void fileUpToTheLimit_isRead() throws Exception {
        Path file = Files.write(directory.resolve("a"), new byte[BoundedFiles.MAX_BYTES]);

        assertThat(BoundedFiles.readString(file)).hasSize(BoundedFiles.MAX_BYTES);
    }

    @Test
    void endlessDevice_isAnError() {
        assertThatThrownBy(() -> BoundedFiles.readString(Path.of("/dev/zero")))
                .hasMessage("/dev/zero: larger than 1048576 bytes");
    }
}
