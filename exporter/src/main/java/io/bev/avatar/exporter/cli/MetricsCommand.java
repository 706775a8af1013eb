package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.exporter.client.ExporterClient;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParentCommand;

/** {@code metrics}: what the running exporter tells Prometheus. */
@Command(
        name = "metrics",
        description = {
            "Print the metrics of the exporter that runs on this machine.",
            "Where exporter.web-config-file asks for TLS or a password, it trusts the certificate named there and takes the"
                    + " password from stack.exporter-password-file."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:printed",
            "2:wrong command line",
            "69:not read; the message says why",
            "78:the configuration has problems, all of them listed"
        })
final class MetricsCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Override
    public Integer call() throws InterruptedException {
        QuietLog.errorsOnly();
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
