package io.bev.avatar.common.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LoggingSystemTest {

    @TempDir
    Path directory;

    private final LoggerContext context = new LoggerContext();
    private final LoggingSystem log = new LoggingSystem(context);

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private static LoggingConfig config(String yaml) {
        Config config = Config.of("logging: {" + yaml + "}", "test", Map.of());
        LoggingConfig read = LoggingConfig.from(config);
        config.finish("logging");
        return read;
    }

    /** Output to standard error meanwhile. */
    private static String standardError(Runnable action) {
        PrintStream real = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(real);
        }
        return captured.toString(UTF_8);
    }

    @Test
    void mistakes_areAllNamed() {
        assertThatThrownBy(() -> config("format: xml, level: loud, keep-days: -1, max-file-mb: 0, colour: red"))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .extracting("key")
                                .containsExactlyInAnyOrder(
                                        "logging.format",
                                        "logging.level",
                                        "logging.keep-days",
                                        "logging.max-file-mb",
                                        "logging.colour"));
    }

    @Test
    void auto_isTextWhereNoJournalReads() {
        String printed = standardError(() -> {
            log.configure(config(""), "renderer", Map.of("JOURNAL_STREAM", "0:0"));
            context.getLogger("io.bev.avatar.X").info("hello");
        });
        assertThat(printed).endsWith("X: hello\n").doesNotContain("{");
    }

    @Test
    void json_isWrittenWhenAskedFor() {
        String printed = standardError(() -> {
            log.configure(config("format: json"), "renderer", Map.of());
            context.getLogger("io.bev.avatar.X").info("hello");
        });
        assertThat(printed).startsWith("{").endsWith("\"message\":\"hello\"}\n");
    }

    @Test
    void journal_isKnownByDeviceAndInode() throws IOException {
        Path file = Files.createFile(directory.resolve("stderr"));
        Map<String, Object> it = Files.readAttributes(file, "unix:dev,ino");
        String stream = it.get("dev") + ":" + it.get("ino");

        assertThat(JournalStream.connected(stream, file)).isTrue();
        assertThat(JournalStream.connected(stream + "1", file)).isFalse();
        assertThat(JournalStream.connected("", file)).isFalse();
        assertThat(JournalStream.connected(stream, directory.resolve("absent"))).isFalse();
    }

    @Test
    void levels_ofLibrariesAreLow() {
        String printed = standardError(() -> {
            log.configure(config("level: warn"), "renderer", Map.of());
            context.getLogger("io.bev.avatar.X").info("not heard");
            context.getLogger("io.lettuce.core.Y").warn("not heard");
            context.getLogger("org.freedesktop.dbus.Z").error("not heard");
            context.getLogger("elsewhere").warn("heard");
        });
        assertThat(printed).contains(": heard").doesNotContain("not heard");
    }

    @Test
    void errorsOnly_silencesOurWarningsToo() {
        String printed = standardError(() -> {
            log.configure(config(""), "renderer", Map.of());
            log.errorsOnly();
            context.getLogger("io.bev.avatar.X").warn("not heard");
            context.getLogger("elsewhere").warn("not heard");
            context.getLogger("io.bev.avatar.X").error("heard");
        });
        assertThat(printed).contains(": heard").doesNotContain("not heard");
    }

    @Test
    void level_changesAndIsInheritedAgain() {
        log.configure(config(""), "renderer", Map.of());

        assertThat(log.setLevel("io.bev.avatar.renderer.state", " debug ")).isEqualTo("DEBUG");
        assertThat(context.getLogger("io.bev.avatar.renderer.state.Journal").isDebugEnabled())
                .isTrue();
        assertThat(log.levels())
                .containsEntry("io.bev.avatar.renderer.state", "DEBUG")
                .containsEntry("ROOT", "WARN");
        assertThat(log.setLevel("io.bev.avatar.renderer.state", "INHERIT")).isEqualTo("INFO");
        assertThat(log.levels()).doesNotContainKey("io.bev.avatar.renderer.state");
        assertThat(log.setLevel("ROOT", "error")).isEqualTo("ERROR");
    }

    @Test
    void level_ofNonsense_changesNothing() {
        log.configure(config(""), "renderer", Map.of());
        Map<String, String> before = log.levels();

        assertThatThrownBy(() -> log.setLevel("io.bev.avatar", "loud"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("level: found 'loud', expected one of TRACE, DEBUG, INFO, WARN, ERROR, OFF, INHERIT");
        assertThatThrownBy(() -> log.setLevel("ROOT", "INHERIT")).hasMessageContaining("ERROR, OFF");
        assertThatThrownBy(() -> log.setLevel("a b", "INFO")).hasMessageStartingWith("logger: found 'a b', expected");
        assertThatThrownBy(() -> log.setLevel("a".repeat(300), "INFO")).hasMessageStartingWith("logger: found");
        assertThat(log.levels()).isEqualTo(before);
    }

    @Test
    void levels_areNotManyEver() {
        log.configure(config(""), "renderer", Map.of());
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        log.setLevel("logger" + i, "DEBUG");
                    }
                })
                .hasMessageContaining("set some of them to INHERIT first");
        assertThat(log.levels()).hasSize(100);
        assertThat(log.setLevel("logger0", "INFO")).as("one that is there").isEqualTo("INFO");
    }

    @Test
    void files_areWrittenRolledAndCompressed() throws Exception {
        log.configure(config("directory: '" + directory.resolve("a/b") + "'"), "renderer", Map.of());
        context.getLogger("io.bev.avatar.X").info("the first");
        assertThat(log.roll()).isTrue();
        context.getLogger("io.bev.avatar.X").info("the second");
        Path current = directory.resolve("a/b/renderer.jsonl");
        assertThat(log.file()).contains(current);
        context.stop(); // ends the compression as well

        assertThat(messages(Files.readString(current))).containsExactly("log file closed on request", "the second");
        List<Path> rolled;
        try (Stream<Path> files = Files.list(directory.resolve("a/b"))) {
            rolled = files.filter(file -> !file.equals(current)).toList();
        }
        assertThat(rolled)
                .as("%s", context.getStatusManager().getCopyOfStatusList())
                .singleElement()
                .satisfies(file -> {
                    assertThat(file.getFileName().toString())
                            .matches("renderer\\.\\d{4}-\\d\\d-\\d\\d\\.0\\.jsonl\\.gz");
                    try (GZIPInputStream content = new GZIPInputStream(Files.newInputStream(file))) {
                        assertThat(messages(new String(content.readAllBytes(), UTF_8)))
                                .containsExactly("the first");
                    }
                });
    }

    private static List<String> messages(String lines) {
        return lines.lines()
                .map(line -> {
                    try {
                        return new ObjectMapper().readTree(line).path("message").asText();
                    } catch (IOException e) {
                        throw new AssertionError(line, e);
                    }
                })
                .toList();
    }

    @Test
    void directory_isTheServicesUnlessNamedOrNothingIsKept() {
        Map<String, String> service = Map.of("LOGS_DIRECTORY", "/var/log/a:/var/log/b");
        assertThat(config("").files(service)).contains(Path.of("/var/log/a"));
        assertThat(config("").files(Map.of())).isEmpty();
        assertThat(config("").files(Map.of("LOGS_DIRECTORY", ""))).isEmpty();
        assertThat(config("directory: /elsewhere").files(service)).contains(Path.of("/elsewhere"));
        assertThat(config("directory: /elsewhere, keep-days: 0").files(service)).isEmpty();
    }

    @Test
    void directory_thatCannotBeCreated_isReportedAndTheLogContinues() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        LoggerContext own = (LoggerContext) LoggerFactory.getILoggerFactory();
        LoggingSystem ofProcess = new LoggingSystem(own);
        String printed = standardError(() -> {
            ofProcess.configure(config("directory: '" + file.resolve("below") + "'"), "renderer", Map.of());
            own.getLogger("io.bev.avatar.X").info("goes on");
        });
        assertThat(printed).contains("logging.directory " + file.resolve("below") + " cannot be created", "X: goes on");
        assertThat(ofProcess.file()).isEqualTo(Optional.empty());
    }

    @Test
    void startup_isOursWithoutXml() {
        LoggerContext process = (LoggerContext) LoggerFactory.getILoggerFactory();
        assertThat(process.getLogger("ROOT").getAppender("stderr"))
                .isInstanceOfSatisfying(
                        OutputStreamAppender.class,
                        it -> assertThat(it.getEncoder()).isInstanceOf(LogEncoder.class));
        assertThat(process.getLogger("io.lettuce").getLevel()).isEqualTo(Level.ERROR);
    }

    @Test
    void fatal_goesToTheTerminalWithoutSecrets() {
        java.io.StringWriter text = new java.io.StringWriter();
        log.fatal("redis://:secret@h: bad\nmore", Map.of(), new java.io.PrintWriter(text));
        assertThat(text).hasToString("redis://***@h: bad\nmore" + System.lineSeparator());
    }
}
