package io.bev.avatar.common.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorTextTest {

    @Test
    void of_anyFailure_hasWordsAndNoClassName() {
        Map<Throwable, String> expected = Map.of(
                new NoSuchFileException("/a"), "/a: no such file or directory",
                new AccessDeniedException("/a"), "/a: permission denied",
                new FileSystemException("/a", null, "Is a directory"), "/a: Is a directory",
                new FileSystemException("/a"), "/a: input/output error",
                new UnknownHostException("redis"), "unknown host redis",
                new MalformedInputException(1), "it contains bytes that are not UTF-8 text",
                new EOFException(), "unexpected end of the data",
                new IOException("Connection refused"), "Connection refused",
                new ClosedChannelException(), "closed channel",
                new IOException(null, new NoSuchFileException("/b")), "/b: no such file or directory");

        expected.forEach((failure, text) -> assertThat(ErrorText.of(failure)).isEqualTo(text));
        assertThat(ErrorText.of(new UncheckedIOException("", new IOException("disk full"))))
                .isEqualTo("disk full");
    }

    @Test
    void of_directoryReadAsFile_namesTheReason(@TempDir Path directory) {
        try {
            Files.readString(directory);
        } catch (IOException e) {
            assertThat(ErrorText.of(e)).doesNotContain("Exception").containsIgnoringCase("is a directory");
        }
    }
}
