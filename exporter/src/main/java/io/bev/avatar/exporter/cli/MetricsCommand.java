package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.exporter.client.ExporterClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParentCommand;

/** {@code metrics}: prints a scrape of the running exporter. */
@Command(
        name = "metrics",
        description = {
            "Print the metrics of the exporter running on this machine.",
            "If exporter.web-config-file requires TLS or a password, the certificate named there is trusted and the"
                    + " password is read from stack.exporter-password-file."
        },
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:printed",
            "64:invalid command line",
            "69:metrics could not be read; the message gives the reason",
            "78:invalid configuration; all problems are listed"
        })
final class MetricsCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Override
    public Integer call() throws InterruptedException {
        LoggingSystem.ofProcess().errorsOnly();
        try {
            main.out().print(ExporterClient.from(main.config()).metrics());
            return ExitCode.OK;
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return ExitCodes.CONFIG;
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return ExitCodes.UNAVAILABLE;
        }
    }
}
