package io.bev.avatar.common.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import io.bev.avatar.common.text.ErrorText;
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

/** Logging of this process: destinations, levels of the loggers, and the context of each event. */
public final class LoggingSystem {

    /** Logger for events that need immediate attention: the journal records them as critical. */
    public static final String CRITICAL = "critical";

    /** The loggers of this project. */
    private static final String OWN = "io.bev.avatar";

    /** Libraries that log every attempt of what this project logs once. */
    private static final Map<String, Level> LIBRARIES =
            Map.of("io.lettuce", Level.ERROR, "io.netty", Level.ERROR, "org.freedesktop", Level.OFF, "oshi", Level.OFF);

    private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*(\\.[A-Za-z_$][A-Za-z0-9_$]*)*");
    private static final int MAX_NAME_LENGTH = 200;
    /** Logback retains every logger that was named. */
    private static final int MAX_LEVELS = 100;

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LoggingSystem.class);

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
     * Applies the configuration in place of the previous one. A directory that is not writable causes a warning and logging to
     * standard error only.
     *
     * @param program process name, which names the files: {@code PROGRAM.jsonl}, rolled to {@code PROGRAM.DAY.N.jsonl.gz}
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
            LOG.warn(
                    "logging.directory {} cannot be created ({}); logging to standard error only",
                    directory,
                    ErrorText.of(e));
            return;
        }
        LogFiles files = new LogFiles(context, config, directory, program);
        start(files, LogFiles.NAME, new JsonLogEncoder(false));
        if (!files.isStarted() || !Files.isWritable(directory.resolve(program + LogFiles.SUFFIX))) {
            LOG.warn("logging.directory {} is not writable; logging to standard error only", directory);
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

    /** Reports why the process ends: to the journal as an error, otherwise as plain text. */
    public void fatal(String message, Map<String, String> environment, PrintWriter terminal) {
        if (JournalStream.connected(environment)) {
            LOG.error("{}", message);
        } else {
            terminal.println(SecretRedactor.redact(message));
            terminal.flush();
        }
    }

    /** For a command that prints its results itself: logs errors only. */
    public void errorsOnly() {
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
        context.getLogger(OWN).setLevel(Level.ERROR);
    }

    /** Adds the context to every event from now on. */
    public void trace(LogContext trace) {
        trace.attach(context);
    }

    /** Ends {@link #trace}. */
    public void clearContext() {
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
     * Gives a logger, and those below it without a level of their own, a level until the process ends.
     *
     * @param name a class or package, or {@code ROOT}
     * @param level of {@link LogLevel}, or {@code INHERIT} for that of the logger above
     * @return the level in force now
     * @throws IllegalArgumentException when a parameter is none of these; nothing is changed then
     */
    public String setLevel(String name, String level) {
        boolean root = name.equals(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (!root && (name.length() > MAX_NAME_LENGTH || !NAME.matcher(name).matches())) {
            throw new IllegalArgumentException("logger: found '" + name
                    + "', expected ROOT or a class or package such as io.bev.avatar.renderer.state");
        }
        Optional<Level> wanted = parse(level, !root);
        if (wanted.isPresent() && !levels().containsKey(name) && levels().size() >= MAX_LEVELS) {
            throw new IllegalArgumentException("logger: found " + MAX_LEVELS
                    + " loggers with a level, expected fewer: set some of them to INHERIT first");
        }
        Logger logger = context.getLogger(name);
        logger.setLevel(wanted.orElse(null));
        LOG.info("logger {} set to {}", name, logger.getEffectiveLevel());
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
     * Closes the file, compresses it and starts another.
     *
     * @return whether there are files
     */
    public boolean roll() {
        Optional<LogFiles> files = files();
        files.ifPresent(LogFiles::rollWithNextEvent);
        // This event closes the file. A warning, so that hardly any level suppresses it.
        files.ifPresent(f -> context.getLogger(LoggingSystem.class).warn("log file closed on request"));
        return files.isPresent();
    }

    private Optional<LogFiles> files() {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(LogFiles.NAME) instanceof LogFiles files
                ? Optional.of(files)
                : Optional.empty();
    }
}
