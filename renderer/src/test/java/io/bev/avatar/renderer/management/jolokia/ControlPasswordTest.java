package io.bev.avatar.renderer.management.jolokia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPasswordTest {

    @TempDir
    Path directory;

    @Test
    void firstLine_isThePassword() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "  s3cret \nsecond line\n");
        ControlPassword password = ControlPassword.read(file);
        assertThat(password.present()).isTrue();
        assertThat(password.matches("avatar", "s3cret")).isTrue();
        assertThat(password.matches("avatar", "S3cret")).isFalse();
        assertThat(password.matches("other", "s3cret")).isFalse();
        assertThat(password.matches("avatar", null)).isFalse();
    }

    @Test
    void emptyOrMissingFile_isRejectedWithRemedy() throws IOException {
        Path empty = Files.writeString(directory.resolve("password"), "\nafter an empty line");
        assertThatThrownBy(() -> ControlPassword.read(empty))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is empty: write a password to its first line");
        assertThatThrownBy(() -> ControlPassword.read(directory.resolve("missing")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("remove renderer.control-password-file");
    }

    @Test
    void none_matchesNothing() {
        assertThat(ControlPassword.none().present()).isFalse();
        assertThat(ControlPassword.none().matches("avatar", "")).isFalse();
    }
}
