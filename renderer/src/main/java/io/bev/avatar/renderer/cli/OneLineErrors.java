package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Reports an error in one line instead of with the whole help or a stack trace. */
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
        command.getErr().println(command.getCommandName() + ": " + e.getMessage());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        command.getErr().flush();
        return ExitCodes.USAGE;
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
