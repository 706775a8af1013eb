package io.bev.avatar.bench.cli;

import io.bev.avatar.bench.BenchCommand;
import io.bev.avatar.bench.DetectCommand;
import io.bev.avatar.bench.fleet.FleetCommand;
import io.bev.avatar.common.cli.ExitCodes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of the benchmarks of whole services; the only place that ends the process. */
@Command(name = "avatar", mixinStandardHelpOptions = true, sortOptions = false)
public final class BenchMain {

    private BenchMain() {}

    public static void main(String[] arguments) {
        CommandLine bench = new CommandLine(new BenchCommand())
                .addSubcommand(new DetectCommand())
                .addSubcommand(new FleetCommand());
        CommandLine commands = new CommandLine(new BenchMain())
                .addSubcommand(bench)
                .setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    System.err.println("bench: " + e);
                    return ExitCodes.SOFTWARE;
                })
                .setParameterExceptionHandler((e, given) -> {
                    String command = e.getCommandLine().getCommandSpec().qualifiedName();
                    System.err.println(e.getMessage() + "; ./" + command + " --help lists the options");
                    return ExitCodes.USAGE;
                });
        String version = BenchMain.class.getPackage().getImplementationVersion();
        String[] lines = {"avatar-bench " + (version == null ? "development" : version)};
        setVersion(commands, () -> lines);
        System.exit(commands.execute(arguments));
    }

    private static void setVersion(CommandLine command, CommandLine.IVersionProvider version) {
        command.getCommandSpec().versionProvider(version);
        command.getSubcommands().values().forEach(subcommand -> setVersion(subcommand, version));
    }
}
