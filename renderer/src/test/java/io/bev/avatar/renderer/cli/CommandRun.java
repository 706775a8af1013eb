package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.OneLineErrors;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** A command run as from a shell. */
record CommandRun(int code, String out, String err) {

    static CommandRun of(Object command, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = OneLineErrors.install(new CommandLine(command))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err));
        int code = line.execute(args);
        return new CommandRun(code, out.toString(), err.toString());
    }
}
