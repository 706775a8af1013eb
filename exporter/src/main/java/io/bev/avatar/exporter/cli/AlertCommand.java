package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.process.HostName;
import io.bev.avatar.exporter.ExporterConfigs;
import io.bev.avatar.exporter.alert.AlertRoundTrip;
import io.bev.avatar.exporter.alert.AlertRoundTrip.Outcome;
import io.bev.avatar.exporter.alert.AlertRoundTrip.Stage;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.redis.RedisClients;
import io.bev.avatar.exporter.report.TerminalFormat;
import io.bev.avatar.exporter.report.TerminalFormat.Tone;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code alert}: who is notified about alerts, and a test alert through the whole chain. */
@Command(
        name = "alert",
        description = {
            "Show who is notified about alerts, or test it.",
            "Destinations are set in section stack: mail-to, slack-url-file, webhook-url."
        },
        synopsisSubcommandLabel = "receivers|test",
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class)
final class AlertCommand {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(500);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    /** Prints the destinations. */
    @Command(
            name = "receivers",
            description = "Show the destinations for people.",
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:printed", "64:invalid command line", "78:invalid configuration; all problems are listed"
            })
    int receivers() {
        try {
            List<String> names = configured().names();
            main.out().println(names.isEmpty() ? AlertReceivers.NONE : String.join("\n", names));
            return ExitCode.OK;
        } catch (ConfigException e) {
            return invalid(e);
        }
    }

    /** Sends the test alert. */
    @Command(
            name = "test",
            description = {
                "Send a test alert through Alertmanager and show where it arrives: in Redis, through the exporter, and at"
                        + " each destination for people. Also shows whether Prometheus reaches Alertmanager.",
                "Takes up to 60 s. The alert is called AvatarTest and is resolved at the end."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:arrived everywhere",
                "1:arrived, but no person is notified",
                "2:did not arrive everywhere",
                "64:invalid command line",
                "69:Alertmanager does not respond",
                "78:invalid configuration; all problems are listed"
            })
    int test() throws InterruptedException {
        LoggingSystem.ofProcess().errorsOnly();
        ExporterConfigs settings;
        try {
            settings = ExporterConfigs.from(main.config(), main.environment());
        } catch (ConfigException e) {
            return invalid(e);
        }
        Optional<RedisClients> redis = settings.redis().map(RedisClients::new);
        try (BoundedHttpClient http = new BoundedHttpClient()) {
            AlertRoundTrip trip = new AlertRoundTrip(
                    settings.alertmanager().url(),
                    http,
                    redis.map(clients -> clients.link("avatar-alert-test")),
                    Clock.systemUTC(),
                    PAUSE);
            String host = HostName.read(settings.exporter().procPath()).instance();
            List<Stage> stages = trip.run(host, LIMIT);
            print(stages);
            return exitCode(stages);
        } catch (IOException e) {
            System.err.println("avatar alert test: " + e.getMessage());
            return ExitCodes.UNAVAILABLE;
        } finally {
            redis.ifPresent(RedisClients::close);
        }
    }

    /** Prints the Alertmanager configuration with the destinations; used by {@code avatar stack enable}. */
    @Command(
            name = "configuration",
            hidden = true,
            description = "Print an Alertmanager configuration with the destinations added.")
    int configuration(
            @Parameters(paramLabel = "FILE", description = "the shipped alertmanager.yml") Path file,
            @Option(
                            names = "--credentials",
                            paramLabel = "DIRECTORY",
                            description = "directory from which Alertmanager reads the secrets")
                    @Nullable
                    Path credentials) {
        try {
            main.out()
                    .print(configured()
                            .applyTo(
                                    BoundedFiles.readString(file),
                                    (name, secret) -> credentials == null
                                            ? secret.toString()
                                            : credentials.resolve(name).toString()));
            return ExitCode.OK;
        } catch (ConfigException e) {
            return invalid(e);
        } catch (IOException e) {
            System.err.println("avatar alert configuration: cannot read " + file + ": " + e.getMessage());
            return ExitCodes.NO_INPUT;
        }
    }

    /** Prints one line per secret file: name, space, path; used by {@code avatar stack enable}. */
    @Command(name = "secrets", hidden = true, description = "Print the secret files of the destinations.")
    int secrets() {
        try {
            configured().secrets().forEach((name, file) -> main.out().println(name + " " + file));
            return ExitCode.OK;
        } catch (ConfigException e) {
            return invalid(e);
        }
    }

    private AlertReceivers configured() {
        LoggingSystem.ofProcess().errorsOnly();
        Config config = main.config();
        AlertReceivers receivers = AlertReceivers.from(config);
        config.finish();
        return receivers;
    }

    private static int invalid(ConfigException e) {
        System.err.println(e.getMessage());
        return ExitCodes.CONFIG;
    }

    private void print(List<Stage> stages) {
        TerminalFormat format = main.terminal();
        for (Stage stage : stages) {
            Tone tone = switch (stage.outcome()) {
                case ARRIVED -> Tone.GOOD;
                case FAILED -> Tone.BAD;
                case NOT_CONFIGURED -> Tone.WARNING;
            };
            format.entry(tone, stage.name(), stage.text()).forEach(main.out()::println);
        }
    }

    /** 2 if a stage failed, 1 if no person is notified. */
    private static int exitCode(List<Stage> stages) {
        if (stages.stream().anyMatch(stage -> stage.outcome() == Outcome.FAILED)) {
            return 2;
        }
        boolean withoutReceiver = stages.stream()
                .anyMatch(stage -> stage.outcome() == Outcome.NOT_CONFIGURED
                        && stage.name().equals("people"));
        return withoutReceiver ? 1 : 0;
    }
}
