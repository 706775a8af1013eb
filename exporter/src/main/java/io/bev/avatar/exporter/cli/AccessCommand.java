package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.tls.ExporterClientAuth;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParentCommand;

/** {@code access}: prints the credentials and TLS files that local clients need to connect to the exporter. */
@Command(
        name = "access",
        description = {
            "Print what a client needs to connect to an exporter protected by exporter.web-config-file, one 'name"
                    + " value' pair per line: certificate, server-name (if the certificate is not issued for"
                    + " 127.0.0.1), client-certificate,"
                    + " client-key, user, password-file.",
            "Prints nothing if the exporter is unprotected and uses plain HTTP."
        },
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:printed", "64:invalid command line", "78:invalid configuration; all problems are listed"})
public final class AccessCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Override
    public Integer call() {
        LoggingSystem.ofProcess().errorsOnly();
        try {
            Config config = main.config();
            ExporterClientAuth access = ExporterClientAuth.from(config);
            config.finish();
            main.out().print(lines(access));
            return ExitCode.OK;
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return ExitCodes.CONFIG;
        }
    }

    /** One line per item: name, space, value. */
    public static String lines(ExporterClientAuth access) {
        StringBuilder lines = new StringBuilder();
        access.certificate().ifPresent(file -> line(lines, "certificate", file));
        access.serverName().ifPresent(name -> line(lines, "server-name", name));
        access.client().ifPresent(client -> {
            line(lines, "client-certificate", client.certificate());
            line(lines, "client-key", client.key());
        });
        access.user().ifPresent(user -> {
            line(lines, "user", user.name());
            line(lines, "password-file", user.passwordFile());
        });
        return lines.toString();
    }

    private static void line(StringBuilder lines, String name, Object value) {
        lines.append(name).append(' ').append(value).append('\n');
    }
}
