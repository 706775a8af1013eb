package io.bev.avatar.renderer.management.mbean;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Logging}. */
@Description("Log levels and log file")
public interface LoggingMXBean {

    @Description("Loggers with an explicit level; ROOT is the root logger")
    @Unit(Unit.TEXT)
    SortedMap<String, String> getLevels();

    @Description("Current log file; null if the log goes to standard error only")
    @Unit(Unit.TEXT)
    @Nullable
    String getFile();

    @Description("Sets the level of a logger until the process ends. Returns the effective level")
    @Unit(Unit.TEXT)
    String setLevel(
            @Description("Class or package such as io.bev.avatar.renderer.state, or ROOT") String logger,
            @Description("TRACE, DEBUG, INFO, WARN, ERROR, OFF, or INHERIT for the level of the parent logger")
                    String level);

    @Description("Closes and compresses the log file and starts a new one. Returns false if there is no log file")
    @Unit(Unit.FLAG)
    boolean rollFile();
}
