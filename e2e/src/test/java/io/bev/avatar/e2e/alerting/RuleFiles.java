package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bev.avatar.launcher.PrometheusVersion;
import io.bev.avatar.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shipped rule files and the tools that check them. */
final class RuleFiles {

    static final Path ROOT = Repository.root();
    static final Path DIRECTORY = ROOT.resolve("alerting-rules");
    static final YAMLMapper YAML = new YAMLMapper();

    private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
    private static final Pattern MATCHERS = Pattern.compile("\\{[^}]*}");
    private static final Pattern DURATION = Pattern.compile("\\[[^\\]]*]|\\b\\d+[smhd]\\b");
    private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?!\\s*\\(|[a-zA-Z0-9_:])");
    private static final List<String> KEYWORDS = List.of("and", "or", "unless", "bool", "offset", "by", "without");

    /** One rule; {@code name} is that of the alert or of the recorded series. */
    record Rule(String file, boolean alert, String name, JsonNode yaml) {

        String label(String label) {
            return yaml.path("labels").path(label).asText();
        }

        String severity() {
            return label("severity");
        }

        /** Name and the labels that distinguish it from others of that name. */
        String id() {
            return (name + " " + severity() + " " + label("window")).strip();
        }

        String expression() {
            return yaml.path("expr").asText();
        }

        String annotation(String annotation) {
            return yaml.path("annotations").path(annotation).asText();
        }
    }

    private RuleFiles() {}

    static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(DIRECTORY, "*.rules.yml")) {
            found.forEach(files::add);
        }
        files.sort(null);
        assertThat(files).isNotEmpty();
        return files;
    }

    static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        try {
            for (Path file : files()) {
                for (JsonNode group : YAML.readTree(file.toFile()).path("groups")) {
                    for (JsonNode rule : group.path("rules")) {
                        boolean alert = rule.has("alert");
                        String name = rule.path(alert ? "alert" : "record").asText();
                        rules.add(new Rule(String.valueOf(file.getFileName()), alert, name, rule));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rules;
    }

    static List<Rule> alerts() {
        return rules().stream().filter(Rule::alert).toList();
    }

    /** Names of the series in an expression. */
    static List<String> series(String expression) {
        String bare = STRING.matcher(expression).replaceAll("");
        for (Pattern noise : List.of(MATCHERS, GROUPING, DURATION)) {
            bare = noise.matcher(bare).replaceAll(" ");
        }
        List<String> names = new ArrayList<>();
        Matcher words = WORD.matcher(bare);
        while (words.find()) {
            if (!KEYWORDS.contains(words.group())) {
                names.add(words.group());
            }
        }
        return names;
    }

    /** Skips the test if a command is missing or promtool is too old for the rules. */
    static void assumeTool(String program) throws Exception {
        assumeTrue(
                List.of("/usr/bin", "/usr/local/bin").stream()
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))),
                program + " is not installed");
        if (program.equals("promtool")) {
            assumeTrue(
                    PrometheusVersion.of("promtool").keepsFiring(),
                    "promtool is older than 2.42: it cannot read the rules");
        }
    }

    /** Runs a process in {@code directory}; returns its output. */
    static Output run(Path directory, String... command) throws Exception {
        assumeTool(command[0]);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        // promtool lives for seconds: fewer collections cost memory that is there.
        builder.environment().put("GOGC", "400");
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }

    /** Results of {@code runs}, two of which run at a time. */
    static List<String> twoAtATime(List<Callable<String>> runs) throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            List<String> results = new ArrayList<>();
            for (Future<String> run : two.invokeAll(runs)) {
                results.add(run.get());
            }
            return results;
        } finally {
            two.shutdown();
        }
    }

    /** Exit code and output of a process. */
    record Output(int status, String text) {
        void succeeded() {
            assertThat(status).as(text).isZero();
        }
    }
}
