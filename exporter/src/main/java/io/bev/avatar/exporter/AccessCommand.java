package io.bev.avatar.exporter;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.tls.ExporterAccess;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParentCommand;

/** {@code access}: what Prometheus and Alertmanager on this machine need to get into the exporter. */
@Command(
        name = "access",
        description = {
            "Print what lets Prometheus into the exporter where exporter.web-config-file guards it, each in a line after its"
                    + " name: certificate, server-name (where the certificate is not for 127.0.0.1), client-certificate,"
                    + " client-key, user, password-file.",
            "Nothing where anybody may read it over plain HTTP."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:printed", "2:wrong command line", "78:the configuration has problems, all of them listed"})
final class AccessCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Override
    public Integer call() {
        QuietLog.errorsOnly();
        try {
            Config config = main.configFile().isPresent()
                    ? Config.load(main.configFile().get(), main.environment())
                    : Config.load(main.environment());
            ExporterAccess access = ExporterAccess.from(config);
            config.finish();
            print(access, main.out());
            return ExitCode.OK;
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return ExitCodes.CONFIG;
        }
    }

    private static void print(ExporterAccess access, PrintStream out) {
        access.certificate().ifPresent(file -> out.println("certificate " + file));
        access.serverName().ifPresent(name -> out.println("server-name " + name));
        access.client().ifPresent(client -> {
            out.println("client-certificate " + client.certificate());
            out.println("client-key " + client.key());
        });
        access.user().ifPresent(user -> {
            out.println("user " + user.name());
            out.println("password-file " + user.passwordFile());
        });
    }
}
