package io.bev.avatar.renderer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.renderer.state.Emotion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PageFilesTest {

    private final PageFiles files = PageFiles.load();

    @Test
    void page_refersOnlyToServedFiles() {
        List<String> references = find("(?:src|href)=\"([^\"]+)\"", text("/"));
        files.paths().stream()
                .filter(path -> path.endsWith(".js"))
                .forEach(path -> references.addAll(find("from \"\\./([^\"]+)\"", text(path))));

        assertThat(references).hasSizeGreaterThan(6);
        assertThat(references)
                .allSatisfy(reference -> assertThat(files.paths().contains("/" + reference)
                                || List.of("image.jpg", "stream.mjpeg").contains(reference))
                        .as(reference)
                        .isTrue());
    }

    @Test
    void everyFile_needsNoOtherHostAndNothingInline() {
        for (String path : files.paths()) {
            assertThat(text(path).replace("http://www.w3.org/2000/svg", "").replace("\"wss:\" : \"ws:\"", ""))
                    .as(path)
                    .doesNotContainPattern("(https?|wss?)://[a-z0-9]")
                    .doesNotContainPattern("\\son[a-z]+=\"")
                    .doesNotContain("style=\"")
                    .doesNotContain("innerHTML")
                    .doesNotContain("eval(");
        }
        assertThat(text("/")).doesNotContainPattern("<script(?![^>]*\\ssrc=)").doesNotContain("<style");
    }

    @Test
    void emotions_areThoseOfTheState() {
        List<String> onPage = find("\\[\"([a-z]+)\", \\d+\\]", text("/emotions.js"));

        assertThat(onPage)
                .containsExactlyElementsOf(
                        Arrays.stream(Emotion.values()).map(Emotion::label).toList());
    }

    @Test
    void everyElementUsedByScripts_isInPage() {
        StringBuilder scripts = new StringBuilder();
        files.paths().stream().filter(path -> path.endsWith(".js")).forEach(path -> scripts.append(text(path)));
        List<String> ids = find("(?:element|put|getElementById)\\(\"([a-z-]+)\"", scripts.toString());

        assertThat(ids).hasSizeGreaterThan(20);
        assertThat(ids).allSatisfy(id -> assertThat(text("/")).contains("id=\"" + id + "\""));
    }

    @Test
    void header_isReadAsItIsWritten() {
        assertThat(text("/frames.js"))
                .contains("HEADER_BYTES = " + EncodedFrame.HEADER_BYTES)
                .contains("MAGIC = 0x" + Integer.toHexString(EncodedFrame.MAGIC))
                .contains("VERSION = " + EncodedFrame.VERSION);
    }

    private String text(String path) {
        return new String(files.get(path, Optional.empty()).body(), StandardCharsets.UTF_8);
    }

    private static List<String> find(String pattern, String text) {
        return new java.util.ArrayList<>(Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList());
    }
}
