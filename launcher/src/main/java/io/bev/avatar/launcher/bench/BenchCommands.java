package io.bev.avatar.launcher.bench;

import io.bev.avatar.launcher.bench.fleet.FleetCommand;
import java.io.PrintStream;
import picocli.CommandLine;

/** {@code bench} with all that it measures here. */
public final class BenchCommands {

    private BenchCommands() {}

    public static CommandLine create(PrintStream out) {
        return new CommandLine(new BenchCommand(out, System.err))
                .addSubcommand(new DetectCommand())
                .addSubcommand(new FleetCommand());
    }
}
