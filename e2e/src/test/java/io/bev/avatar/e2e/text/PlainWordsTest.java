package io.bev.avatar.e2e.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.e2e.text.SourceText.Line;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The texts of the project use plain standard terms: documents, configuration, rules, dashboards, scripts, pages, and the
 * comments and literals of Java sources contain none of {@code banned-words.txt}.
 */
class PlainWordsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path WORDS = Path.of("src/test/resources/banned-words.txt");

    /** Directories without texts of the project: build output, test data, the Maven wrapper. */
    private static final Pattern SKIPPED =
            Pattern.compile("(.*/)?(target|node_modules|\\.[^/]*|src/test/resources)|alerting-rules/tests|mvnw");

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z]\\w*");

    private static final Set<String> BINARY =
            Set.of("jpg", "png", "ico", "zip", "ply", "splat", "spz", "glb", "jar", "bin", "so", "gz", "woff2");

    /** A banned expression and the words to use. */
    private record Word(Pattern pattern, boolean inIdentifiers, String replacement) {
        static Word parse(String line) {
            String[] parts = line.split(" [-=]> ", 2);
            return new Word(Pattern.compile(parts[0], Pattern.CASE_INSENSITIVE), line.contains(" => "), parts[1]);
        }

        boolean isIn(String text) {
            return pattern.matcher(text).find();
        }
    }

    private static List<Word> words() throws IOException {
        return Files.readAllLines(WORDS).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Word::parse)
                .toList();
    }

    @Test
    void texts_useStandardTerms() throws IOException {
        List<Word> words = words();
        List<Path> files = files(ROOT);
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            for (Line line : lines(file)) {
                for (Word word : words) {
                    if (word.isIn(line.text())) {
                        found.add("%s:%d: write \"%s\": %s"
                                .formatted(
                                        ROOT.relativize(file),
                                        line.number(),
                                        word.replacement(),
                                        line.text().strip()));
                    }
                }
            }
        }
        assertThat(files).hasSizeGreaterThan(500);
        assertThat(String.join("\n", found)).as("banned words").isEmpty();
    }

    @Test
    void identifiers_useStandardTerms() throws IOException {
        List<Word> words = words().stream().filter(Word::inIdentifiers).toList();
        Set<String> found = new TreeSet<>();
        for (Path file : files(ROOT)) {
            if (file.toString().endsWith(".java")) {
                IDENTIFIER
                        .matcher(SourceText.codeOf(Files.readString(file)))
                        .results()
                        .map(MatchResult::group)
                        .forEach(name -> words.stream()
                                .filter(word -> word.isIn(split(name)))
                                .forEach(word -> found.add("%s: %s: use \"%s\""
                                        .formatted(ROOT.relativize(file), name, word.replacement()))));
            }
        }
        assertThat(String.join("\n", found)).as("banned words in names").isEmpty();
    }

    /** Words of an identifier: {@code isReadAt_start} as {@code is Read At start}. */
    private static String split(String identifier) {
        return identifier.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").replace('_', ' ');
    }

    @Test
    void eachKindOfText_isRead() throws IOException {
        List<String> files = files(ROOT).stream()
                .map(file -> ROOT.relativize(file).toString())
                .toList();
        assertThat(files)
                .contains(
                        "README.md",
                        "avatar",
                        "avatar.yaml.example",
                        "alerting-rules/gpu.rules.yml",
                        "systemd/install-avatar-service.sh",
                        "systemd/man/bev-advanced-avatar.service.8",
                        "renderer/src/main/resources/page/frames.js");
        assertThat(files).anyMatch(file -> file.startsWith("grafana/") && file.endsWith(".json"));
    }

    @Test
    void javaSource_commentsAndLiteralsHaveLineNumbers() {
        String source = "/** A\n * b */\nint c = 'd'; // e\nString f = \"g\\\"h\" + \"\"\"\n    i\n    \"\"\";\nint j;";
        assertThat(SourceText.ofJava(source).stream()
                        .map(line -> line.number() + " " + line.text().strip())
                        .toList())
                .containsExactly(
                        "1 /** A", "2 * b */", "3 'd'", "3 // e", "4 \"g\\\"h\"", "4 \"\"\"", "5 i", "6 \"\"\"");
        assertThat(SourceText.codeOf(source))
                .doesNotContain("A", "b", "d", "e", "h")
                .contains("int c =", "int j;");
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> files = new ArrayList<>();
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                if (SKIPPED.matcher(ROOT.relativize(entry).toString()).matches()) {
                    continue;
                }
                if (Files.isDirectory(entry)) {
                    files.addAll(files(entry));
                } else if (!BINARY.contains(name.substring(name.lastIndexOf('.') + 1))) {
                    files.add(entry);
                }
            }
            return files;
        }
    }

    private static List<Line> lines(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            return file.toString().endsWith(".java") ? SourceText.ofJava(text) : SourceText.ofOther(text);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
