package io.bev.avatar.renderer.management.mbean;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** {@code bev.avatar:type=Logging}. */
@Description("What is logged, and where")
public interface LoggingMXBean {

    @Description("Loggers with a level of their own, and that level; ROOT is the one above all")
    @Unit(Unit.TEXT)
    SortedMap<String, String> getLevels();

    @Description("The log file that is written now; null when the log goes to standard error alone")
    @Unit(Unit.TEXT)
    @Nullable
    String getFile();

    @Description("Gives a logger a level until the program ends; answers the level in force")
    @Unit(Unit.TEXT)
    String setLevel(
            @Description("A class or package such as io.bev.avatar.renderer.state, or ROOT") String logger,
            @Description("TRACE, DEBUG, INFO, WARN, ERROR, OFF, or INHERIT for that of the logger above") String level);

    @Description("Closes and compresses the log file and begins another. False when there is none")
    @Unit(Unit.FLAG)
    boolean rollFile();
}
