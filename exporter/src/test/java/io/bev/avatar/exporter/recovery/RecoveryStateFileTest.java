package io.bev.avatar.exporter.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryStateFileTest {

    @TempDir
    Path directory;

    @Test
    void hugeFile_isAnErrorWithTheRemedy() throws Exception {
        Path file = directory.resolve("state");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }

        assertThatThrownBy(() -> new RecoveryStateFile(file).read())
                .hasMessageContainingAll("larger than 1048576 bytes", "remove the file and restart the exporter");
    }

    @Test
    void absentFile_isTheEmptyState() throws Exception {
        assertThat(new RecoveryStateFile(directory.resolve("none")).read()).isEqualTo(RecoveryState.empty());
    }
}
