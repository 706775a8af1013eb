package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of {@code ./avatar up}; the only place that ends the process. */
@Command(
        name = "avatar",
        mixinStandardHelpOptions = true,
        versionProvider = LauncherMain.Version.class,
        sortOptions = false)
public final class LauncherMain {

    private LauncherMain() {}

    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        Console console = Console.of(out, environment);
        CommandLine commands = new CommandLine(new LauncherMain())
                .addSubcommand(new UpCommand(environment, console))
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    console.fail("internal error", e.toString());
                    return ExitCodes.SOFTWARE;
                })
                .setParameterExceptionHandler((e, given) -> {
                    String command = e.getCommandLine().getCommandSpec().qualifiedName();
                    console.fail("usage", e.getMessage() + "; ./" + command + " --help lists the options");
                    return ExitCodes.USAGE;
                });
        System.exit(commands.execute(arguments));
    }

    /** Version in the jar's manifest; {@code development} for classes in a build directory. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = LauncherMain.class.getPackage().getImplementationVersion();
            return new String[] {"avatar-launcher " + (version == null ? "development" : version)};
        }
    }
}
