package io.bev.avatar.common.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedFileNamingAndTriggeringPolicy;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;

/**
 * The log files of a process: {@code PROGRAM.jsonl} is written; at midnight and at its largest size it becomes {@code
 * PROGRAM.2026-01-02.0.jsonl.gz}. Files beyond the maximum age or total size are deleted.
 */
final class LogFiles extends RollingFileAppender<ILoggingEvent> {

    static final String NAME = "files";
    private static final long MORE_THAN_FITS = Long.MAX_VALUE / 2;
    static final String SUFFIX = ".jsonl";

    private final SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy;

    LogFiles(Context context, LoggingConfig config, Path directory, String program) {
        policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(this);
        policy.setFileNamePattern(directory
                .resolve(program + ".%d{yyyy-MM-dd}.%i" + SUFFIX + ".gz")
                .toString());
        policy.setMaxFileSize(FileSize.valueOf(config.maxFileMb() + "MB"));
        policy.setMaxHistory(config.keepDays());
        policy.setTotalSizeCap(FileSize.valueOf(config.maxTotalMb() + "MB"));
        policy.setCleanHistoryOnStart(true);
        setContext(context);
        setFile(directory.resolve(program + SUFFIX).toString());
        setRollingPolicy(policy);
        policy.start();
    }

    /** Makes the next event the first of a new file. {@link #rollover} itself fails until a file was full or a day over. */
    void rollWithNextEvent() {
        if (policy.getTimeBasedFileNamingAndTriggeringPolicy()
                instanceof SizeAndTimeBasedFileNamingAndTriggeringPolicy<ILoggingEvent> files) {
            files.getLengthCounter().add(MORE_THAN_FITS);
        }
    }
}
