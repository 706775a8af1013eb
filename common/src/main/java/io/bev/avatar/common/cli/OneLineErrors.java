package io.bev.avatar.common.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports an error in one line, with the nearest valid name, instead of with the whole help or a stack trace. */
public final class OneLineErrors implements IParameterExceptionHandler, IExecutionExceptionHandler {

    private OneLineErrors() {}

    /** Makes {@code commandLine} and its subcommands report this way. */
    public static CommandLine install(CommandLine commandLine) {
        OneLineErrors handler = new OneLineErrors();
        return commandLine.setParameterExceptionHandler(handler).setExecutionExceptionHandler(handler);
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr()
                .println(command.getCommandName() + ": " + e.getMessage()
                        + nearest(e).map(name -> "; did you mean " + name + "?").orElse(""));
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        command.getErr().flush();
        return ExitCodes.USAGE;
    }

    /** The name that was most likely meant: an option, a command, or a value of a fixed set. */
    private static Optional<String> nearest(ParameterException e) {
        CommandLine command = e.getCommandLine();
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String typed = unmatched.getUnmatched().get(0);
            return NearestName.of(
                    typed.replaceFirst("=.*", ""),
                    typed.startsWith("-")
                            ? command.getCommandSpec().optionsMap().keySet()
                            : command.getSubcommands().keySet());
        }
        ArgSpec argument = e.getArgSpec();
        if (argument == null || !argument.type().isEnum() || e.getValue() == null) {
            return Optional.empty();
        }
        List<String> values = new ArrayList<>();
        for (Object value : argument.type().getEnumConstants()) {
            values.add(value.toString().toLowerCase(Locale.ROOT));
        }
        return NearestName.of(e.getValue(), values);
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
        command.getErr().println(command.getCommandName() + ": internal error: " + e);
        for (StackTraceElement frame : e.getStackTrace()) {
            command.getErr().println("    at " + frame);
        }
        command.getErr().flush();
        return ExitCodes.SOFTWARE;
    }
}
