package io.bev.avatar.exporter.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.cli.NearestName;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigEntry;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.config.ConfigProblem;
import io.bev.avatar.common.config.EffectiveConfig;
import io.bev.avatar.common.config.FullCopy;
import io.bev.avatar.common.config.YamlEditor;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.text.SecretRedactor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code config}: shows, checks and changes the configuration of all processes. */
@Command(
        name = "config",
        description = "Show, check and change the configuration. Passwords in URLs are redacted.",
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "64:invalid command line",
            "73:cannot write the file",
            "78:invalid configuration; all problems are listed, and nothing is changed"
        })
final class ConfigCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "missing command, expected show, set, check or diff");
    }

    /** Prints the effective values. */
    @Command(
            name = "show",
            description = "Print effective values, one \"key: value\" per line.",
            mixinStandardHelpOptions = true)
    int show(
            @Option(
                            names = "--origin",
                            description = "also print where each value comes from: file and line, environment"
                                    + " variable, or default")
                    boolean origin,
            @Parameters(
                            arity = "0..1",
                            defaultValue = "",
                            paramLabel = "KEY",
                            description = "a key or section; default: all")
                    String key) {
        return reading(config -> {
            List<ConfigEntry> entries = config.entries().stream()
                    .filter(entry -> key.isEmpty()
                            || entry.key().equals(key)
                            || entry.key().startsWith(key + "."))
                    .toList();
            if (entries.isEmpty()) {
                throw new ParameterException(spec.commandLine(), unknown(key, config));
            }
            PrintStream out = main.out();
            for (ConfigEntry entry : entries) {
                String line = entry.key() + ": " + SecretRedactor.redact(entry.value());
                out.println(origin ? line.stripTrailing() + "  # " + entry.origin() : line.stripTrailing());
            }
        });
    }

    /** Prints the values that differ from the defaults. */
    @Command(
            name = "diff",
            description = "Print the values that differ from the defaults, with default and origin.",
            mixinStandardHelpOptions = true)
    int diff() {
        return reading(config -> {
            for (ConfigEntry entry : config.entries()) {
                if (entry.isSet() && !entry.value().equals(entry.fallback())) {
                    main.out()
                            .println(entry.key() + ": " + SecretRedactor.redact(entry.value()) + "  # default "
                                    + (entry.fallback().isEmpty() ? "none" : SecretRedactor.redact(entry.fallback()))
                                    + ", " + entry.origin());
                }
            }
        });
    }

    /** Checks all sections. */
    @Command(
            name = "check",
            description = "Check all sections of all processes, as the pre-start check does.",
            mixinStandardHelpOptions = true)
    int check() {
        return reading(config -> {
            main.out()
                    .println(
                            config.unread().isEmpty()
                                    ? "all sections are valid"
                                    : "valid; not checked: " + String.join(", ", config.unread()));
        });
    }

    /** Sets a key in the configuration file. */
    @Command(
            name = "set",
            description = {
                "Set a key in the configuration file; the rest of the file stays as it is.",
                "An invalid value changes nothing."
            },
            mixinStandardHelpOptions = true)
    int set(
            @Parameters(paramLabel = "KEY", description = "such as renderer.target-fps") String key,
            @Parameters(paramLabel = "VALUE", description = "such as 60, [a, b] or \"#102030\"") String value) {
        LoggingSystem.ofProcess().errorsOnly();
        Path file = file().orElseThrow(() -> new ParameterException(
                spec.commandLine(), "no configuration file: set BEV_AVATAR_CONFIG or --config FILE"));
        try {
            String before = Files.exists(file) ? BoundedFiles.readString(file) : "";
            EffectiveConfig old = effective(before, file);
            if (old.entries().stream()
                    .noneMatch(entry -> entry.key().equals(key) || key.startsWith(entry.key() + "."))) {
                System.err.println("config set: " + unknown(key, old));
                return ExitCodes.CONFIG;
            }
            String after = YamlEditor.set(before, key, value);
            EffectiveConfig changed = effective(after, file);
            List<ConfigProblem> added = new ArrayList<>(changed.problems());
            added.removeAll(old.problems());
            if (!added.isEmpty()) {
                System.err.println(new ConfigException(added).getMessage());
                return ExitCodes.CONFIG;
            }
            replace(file, after);
            reportChange(key, old, changed);
            return ExitCodes.OK;
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return ExitCodes.CONFIG;
        } catch (IOException e) {
            System.err.println(
                    "config set: " + file + ": " + ErrorText.of(e) + "; run as root, and check the free disk space");
            return ExitCodes.CANNOT_CREATE;
        }
    }

    private void reportChange(String key, EffectiveConfig old, EffectiveConfig changed) {
        String was = value(old, key).map(ConfigEntry::value).orElse("");
        ConfigEntry now = value(changed, key).orElseThrow();
        main.out()
                .println(now.key() + ": " + SecretRedactor.redact(now.value()) + "  (was "
                        + (was.isEmpty() ? "not set" : SecretRedactor.redact(was)) + "); apply it with: avatar reload");
        if (now.isSet() && !now.origin().contains(":")) {
            System.err.println("config set: the environment variable " + now.origin() + " overrides this value");
        }
    }

    private static Optional<ConfigEntry> value(EffectiveConfig config, String key) {
        return config.entries().stream()
                .filter(entry -> entry.key().equals(key) || key.startsWith(entry.key() + "."))
                .findFirst();
    }

    /** Used by installer and package. */
    @Command(
            name = "shorten",
            hidden = true,
            description =
                    "Print the file's values that differ from an earlier version's defaults, as a short file; exit"
                            + " code 1 if the file is not a full copy of these defaults.",
            mixinStandardHelpOptions = true)
    int shorten(
            @Parameters(paramLabel = "FILE", description = "the file, a full copy") Path file,
            @Parameters(paramLabel = "DEFAULTS", description = "avatar.yaml.example of the earlier version")
                    Path defaults,
            @Parameters(paramLabel = "TEMPLATE", description = "beginning of the short file") Path template) {
        LoggingSystem.ofProcess().errorsOnly();
        try {
            String yaml = BoundedFiles.readString(file);
            String earlier = BoundedFiles.readString(defaults);
            if (!FullCopy.isFullCopy(yaml, earlier)) {
                return 1;
            }
            String text = BoundedFiles.readString(template);
            for (Map.Entry<String, String> decision :
                    FullCopy.decisions(yaml, earlier).entrySet()) {
                text = YamlEditor.set(text, decision.getKey(), decision.getValue());
            }
            main.out().print(text);
            return ExitCodes.OK;
        } catch (JsonProcessingException | ConfigException e) {
            System.err.println("config shorten: " + e.getMessage());
            return ExitCodes.CONFIG;
        } catch (IOException e) {
            System.err.println("config shorten: " + ErrorText.of(e));
            return ExitCodes.NO_INPUT;
        }
    }

    private interface Reader {
        void read(EffectiveConfig config);
    }

    /** Passes the configuration to {@code reader} and reports its problems and warnings. */
    private int reading(Reader reader) {
        LoggingSystem.ofProcess().errorsOnly();
        try {
            EffectiveConfig config = EffectiveConfig.of(main.config(), main.environment());
            config.warnings().forEach(warning -> System.err.println("warning: " + warning));
            if (!config.problems().isEmpty()) {
                throw new ConfigException(config.problems());
            }
            reader.read(config);
            return ExitCodes.OK;
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return ExitCodes.CONFIG;
        }
    }

    private EffectiveConfig effective(String yaml, Path file) {
        return EffectiveConfig.of(Config.of(yaml, file.toString(), main.environment()), main.environment());
    }

    private Optional<Path> file() {
        String variable = main.environment().getOrDefault("BEV_AVATAR_CONFIG", "");
        return main.configFile().or(() -> variable.isBlank() ? Optional.empty() : Optional.of(Path.of(variable)));
    }

    private static String unknown(String key, EffectiveConfig config) {
        return "unknown key '" + key + "'"
                + NearestName.of(
                                key,
                                config.entries().stream().map(ConfigEntry::key).toList())
                        .map(name -> "; did you mean " + name + "?")
                        .orElse("")
                + " avatar config show lists all keys";
    }

    /** Replaces the file in one step; owner, group and permissions stay. */
    private static void replace(Path file, String text) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file;
        Path stage = Files.createTempFile(
                Optional.ofNullable(target.toAbsolutePath().getParent()).orElse(Path.of(".")), ".avatar", ".yaml");
        try {
            Files.writeString(stage, text);
            copyOwner(target, stage);
            Files.move(stage, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(stage);
        }
    }

    private static void copyOwner(Path from, Path to) throws IOException {
        try {
            for (String attribute : List.of("unix:uid", "unix:gid", "unix:mode")) {
                Object value = Files.getAttribute(from, attribute);
                if (!value.equals(Files.getAttribute(to, attribute))) {
                    Files.setAttribute(to, attribute, value);
                }
            }
        } catch (NoSuchFileException e) {
            // A new file: readable by its user only, because redis.url may have a password.
            return;
        }
    }
}
