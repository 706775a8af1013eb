package io.bev.avatar.launcher.bench;

import io.bev.avatar.launcher.bench.fleet.FleetCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bench NAME}: the benchmarks that need the whole stack. */
@Command(name = "bench", description = "Measures the whole stack.", mixinStandardHelpOptions = true)
public final class BenchCommands {

    private BenchCommands() {}

    public static CommandLine create() {
        return new CommandLine(new BenchCommands())
                .addSubcommand(new DetectCommand())
                .addSubcommand(new FleetCommand());
    }
}
