package io.bev.avatar.common.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import io.bev.avatar.common.text.SecretRedactor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** The log of this process: where it goes, from which level on each logger speaks, and what each event is traced to. */
public final class LoggingSystem {

    /** The logger for what somebody must see at once: the journal takes it as critical, not as an error. */
    public static final String CRITICAL = "critical";

    /** The loggers of this project. */
    private static final String OWN = "io.bev.avatar";

    /** Libraries that say again, once an attempt, what ours say once. */
    private static final Map<String, Level> LIBRARIES =
            Map.of("io.lettuce", Level.ERROR, "io.netty", Level.ERROR, "org.freedesktop", Level.OFF);

    private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*(\\.[A-Za-z_$][A-Za-z0-9_$]*)*");
    private static final int LONGEST_NAME = 200;
    /** Logback keeps a logger once it was named. */
    private static final int MOST_LEVELS = 100;

    private static final org.slf4j.Logger log = LoggerFactory.getLogger(LoggingSystem.class);

    private final LoggerContext context;

    LoggingSystem(LoggerContext context) {
        this.context = context;
    }

    /** The process's log. */
    public static LoggingSystem ofProcess() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            return new LoggingSystem(context);
        }
        throw new IllegalStateException("expected Logback behind SLF4J, found "
                + LoggerFactory.getILoggerFactory().getClass().getName() + ": another provider is on the class path");
    }

    /**
     * Takes the configuration, in place of what held before. A directory that cannot be written is a warning: the log then goes
     * to standard error alone.
     *
     * @param program names its files: {@code PROGRAM.jsonl}, rolled to {@code PROGRAM.DAY.N.jsonl.gz}
     */
    public void configure(LoggingConfig config, String program, Map<String, String> environment) {
        toStandardError(config.format(), config.level(), JournalStream.connected(environment));
        config.files(environment).ifPresent(directory -> toFiles(config, directory, program));
    }

    void toStandardError(LogFormat format, LogLevel level, boolean journal) {
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.setLevel(Level.WARN);
        LIBRARIES.forEach((name, at) -> context.getLogger(name).setLevel(at));
        context.getLogger(OWN).setLevel(level.level());
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setTarget("System.err");
        boolean json = format == LogFormat.JSON || (format == LogFormat.AUTO && journal);
        start(
                console,
                "stderr",
                json ? new JsonLogEncoder(journal) : new TextLogEncoder(journal, ZoneId.systemDefault()));
        root.addAppender(console);
    }

    private void toFiles(LoggingConfig config, Path directory, String program) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            log.warn("logging.directory {} cannot be made ({}): no log files are written", directory, e.toString());
            return;
        }
        LogFiles files = new LogFiles(context, config, directory, program);
        start(files, LogFiles.NAME, new JsonLogEncoder(false));
        if (!files.isStarted() || !Files.isWritable(directory.resolve(program + LogFiles.SUFFIX))) {
            log.warn("logging.directory {} cannot be written: no log files are written", directory);
            files.stop();
            return;
        }
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(files);
    }

    private void start(OutputStreamAppender<ILoggingEvent> appender, String name, LogEncoder encoder) {
        encoder.setContext(context);
        encoder.start();
        appender.setContext(context);
        appender.setName(name);
        appender.setEncoder(encoder);
        appender.start();
    }

    /** Tells why the program ends: the journal as an error, everybody else as it is. */
    public void refusal(String message, Map<String, String> environment, PrintWriter terminal) {
        if (JournalStream.connected(environment)) {
            log.error("{}", message);
        } else {
            terminal.println(SecretRedactor.blanked(message));
            terminal.flush();
        }
    }

    /** For a command that prints its findings itself: the log is for what it cannot say otherwise. */
    public void errorsOnly() {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
        context.getLogger(OWN).setLevel(Level.ERROR);
    }

    /** Every event from now on says where the program stands. */
    public void trace(LogContext trace) {
        trace.attach(context);
    }

    /** Ends {@link #trace}. */
    public void untrace() {
        LogContext.detach(context);
    }

    /** The loggers with a level of their own, and that level; {@code ROOT} is the root of all. */
    public SortedMap<String, String> levels() {
        SortedMap<String, String> levels = new TreeMap<>();
        for (Logger logger : context.getLoggerList()) {
            if (logger.getLevel() != null) {
                levels.put(logger.getName(), logger.getLevel().toString());
            }
        }
        return levels;
    }

    /**
     * Gives a logger, and those below it without a level of their own, a level until the program ends.
     *
     * @param name a class or package, or {@code ROOT}
     * @param level of {@link LogLevel}, or {@code INHERIT} for that of the logger above
     * @return the level in force now
     * @throws IllegalArgumentException when a parameter is none of these; nothing is changed then
     */
    public String setLevel(String name, String level) {
        boolean root = name.equals(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (!root && (name.length() > LONGEST_NAME || !NAME.matcher(name).matches())) {
            throw new IllegalArgumentException("logger: found '" + name
                    + "', expected ROOT or a class or package such as io.bev.avatar.renderer.state");
        }
        Optional<Level> wanted = parse(level, !root);
        if (wanted.isPresent() && !levels().containsKey(name) && levels().size() >= MOST_LEVELS) {
            throw new IllegalArgumentException("logger: found " + MOST_LEVELS
                    + " loggers with a level, expected fewer: set some of them to INHERIT first");
        }
        Logger logger = context.getLogger(name);
        logger.setLevel(wanted.orElse(null));
        log.info("logger {} speaks from {} on", name, logger.getEffectiveLevel());
        return logger.getEffectiveLevel().toString();
    }

    private static Optional<Level> parse(String level, boolean mayInherit) {
        String wanted = level.strip().toUpperCase(Locale.ROOT);
        if (mayInherit && wanted.equals("INHERIT")) {
            return Optional.empty();
        }
        for (LogLevel known : LogLevel.values()) {
            if (known.name().equals(wanted)) {
                return Optional.of(known.level());
            }
        }
        throw new IllegalArgumentException("level: found '" + level + "', expected one of "
                + Arrays.stream(LogLevel.values()).map(LogLevel::name).collect(Collectors.joining(", "))
                + (mayInherit ? ", INHERIT" : ""));
    }

    /** The file that is written now; empty without files. */
    public Optional<Path> file() {
        return files().map(files -> Path.of(files.getFile()));
    }

    /**
     * Closes the file, compresses it and begins another.
     *
     * @return whether there are files
     */
    public boolean roll() {
        Optional<LogFiles> files = files();
        files.ifPresent(LogFiles::rollWithNextEvent);
        // It closes the file; told as a warning, which hardly any level holds back.
        files.ifPresent(f -> context.getLogger(LoggingSystem.class).warn("the log file was closed by hand"));
        return files.isPresent();
    }

    private Optional<LogFiles> files() {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(LogFiles.NAME) instanceof LogFiles files
                ? Optional.of(files)
                : Optional.empty();
    }
}
