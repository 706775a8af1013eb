package io.bev.avatar.renderer.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.RendererSettings;
import io.bev.avatar.renderer.state.DeadLetterStore;
import io.bev.avatar.renderer.state.OsintTrial;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code osint}: tries the rules of {@code osint.rules}. */
@Command(
        name = "osint",
        description =
                "Tries the rules that map OSINT events to emotions, replays recorded events, and lists those that failed.",
        mixinStandardHelpOptions = true,
        versionProvider = RendererMain.Version.class)
final class OsintCommand {

    private static final int UNAVAILABLE = 69;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Map<String, String> environment;

    OsintCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Command(
            name = "test",
            description = {
                "Reports for each event of a file which rule matches and what it sets. Nothing is sent.",
                "The file has one JSON event per line; empty lines and lines that begin with # are ignored."
            },
            mixinStandardHelpOptions = true,
            versionProvider = RendererMain.Version.class,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                " 0:all events are valid",
                " 1:an event is rejected",
                "78:the configuration or the file is invalid"
            })
    int test(@Parameters(paramLabel = "FILE") Path file) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            OsintTrial trial = new OsintTrial(RendererSettings.load(environment).osint());
            List<String> lines = BoundedFiles.readString(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (!line.isEmpty() && !line.startsWith("#")) {
                    out.println("line " + (i + 1) + ": " + trial.apply(line));
                }
            }
            out.flush();
            return trial.hasRejected() ? 1 : ExitCodes.OK;
        } catch (ConfigException e) {
            return fail(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fail(file + ": expected a readable file of events: " + ErrorText.of(e));
        }
    }

    @Command(
            name = "replay",
            description = {
                "Sends the events of a file to the running renderer, in their own time.",
                "A line may have two more fields: after_seconds, the time since the line before, and say, words to speak."
            },
            mixinStandardHelpOptions = true,
            versionProvider = RendererMain.Version.class,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                " 0:all events were accepted",
                " 1:an event was rejected",
                "69:the renderer does not respond",
                "78:the configuration or the file is invalid"
            })
    int replay(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(
                            names = "--speed",
                            paramLabel = "FACTOR",
                            defaultValue = "1",
                            description = "0.1 to 100; default: 1")
                    double speed,
            @Option(names = "--loop", description = "Begins again at the end, and after a restart of the renderer")
                    boolean loop,
            @Option(
                            names = "--wait",
                            paramLabel = "SECONDS",
                            defaultValue = "5",
                            description = "How long to wait for the renderer; default: 5")
                    int waitSeconds)
            throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (!(speed >= 0.1 && speed <= 100)) {
            return fail("--speed " + speed + ": expected 0.1 to 100");
        }
        List<String> lines;
        URI renderer;
        try {
            renderer = URI.create("http://127.0.0.1:"
                    + RendererSettings.load(environment).renderer().port() + "/");
            lines = BoundedFiles.readString(file).lines().toList();
        } catch (ConfigException e) {
            return fail(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fail(file + ": expected a readable file of events: " + ErrorText.of(e));
        }
        OsintReplay replay = new OsintReplay(renderer, speed, line -> {
            out.println(line);
            out.flush();
        });
        try {
            Duration wait = Duration.ofSeconds(waitSeconds);
            replay.awaitReady(wait);
            boolean accepted = true;
            do {
                try {
                    accepted = replay.send(lines);
                } catch (IOException e) {
                    if (!loop) {
                        throw e;
                    }
                    replay.awaitReady(wait);
                }
            } while (loop && accepted);
            return accepted ? ExitCodes.OK : 1;
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
            return UNAVAILABLE;
        }
    }

    @Command(
            name = "dead-letters",
            description = {
                "Lists the entries of the update streams that the renderer could not apply, with the reason.",
                "They are retained in Redis, at most about 1,000 per stream."
            },
            mixinStandardHelpOptions = true,
            versionProvider = RendererMain.Version.class,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                " 0:success",
                " 1:an entry could not be replayed",
                "69:Redis does not respond or rejects the command",
                "78:the configuration is invalid, or Redis is not configured"
            })
    int deadLetters(
            @Option(names = "--replay", description = "Adds them to their streams again, and removes them")
                    boolean replay,
            @Option(names = "--discard", description = "Removes them") boolean discard) {
        PrintWriter out = spec.commandLine().getOut();
        if (replay && discard) {
            return fail("--replay --discard: expected one of them");
        }
        RedisConfig redis;
        try {
            Optional<RedisConfig> configured =
                    RendererSettings.load(environment).redis();
            if (configured.isEmpty()) {
                return fail("redis.url is empty: dead letters are in Redis");
            }
            redis = configured.get();
        } catch (ConfigException e) {
            return fail(String.valueOf(e.getMessage()));
        }
        boolean complete = true;
        try (DeadLetterStore store = new DeadLetterStore(redis)) {
            List<DeadLetterStore.Entry> all = store.list();
            for (DeadLetterStore.Entry entry : all) {
                String what = "";
                if (replay) {
                    boolean sent = store.replay(entry);
                    complete &= sent;
                    what = sent ? "replayed: " : "not replayed, too large: ";
                } else if (discard) {
                    store.discard(entry);
                    what = "discarded: ";
                }
                out.println(what + entry.stream() + " " + entry.letter().id() + ": "
                        + entry.letter().reason() + ": " + entry.letter().detail());
            }
            out.println(all.size() + " dead letters");
            out.flush();
            return complete ? ExitCodes.OK : 1;
        } catch (IOException e) {
            out.flush();
            fail("Redis at " + redis.address() + ": " + e.getMessage() + "; check redis.url and the permissions");
            return UNAVAILABLE;
        }
    }

    private int fail(String message) {
        spec.commandLine().getErr().println("osint: " + message);
        spec.commandLine().getErr().flush();
        return ExitCodes.CONFIG;
    }
}
