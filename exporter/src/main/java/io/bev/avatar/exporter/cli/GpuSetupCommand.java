package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.gpusetup.GpuSetup;
import io.bev.avatar.exporter.gpusetup.SetupResult;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.terminal.TerminalFormat;
import io.bev.avatar.exporter.terminal.TerminalFormat.Tone;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gpu-setup}: what {@code bev-avatar-gpu.service} runs. */
@Command(
        name = "gpu-setup",
        description = {
            "Set the GPUs up for the renderer, as root, or undo it.",
            "apply: persistence, power limit, locked clocks and, if wanted, exclusive use, as the configuration says under"
                    + " gpu-setup. undo: what was before. A GPU that refuses is a warning; no GPU is well.",
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, as far as the GPUs allow",
            "2:wrong command line",
            "73:the values of before cannot be kept",
            "78:the configuration has problems, all of them listed"
        })
final class GpuSetupCommand implements Callable<Integer> {

    /** sysexits' EX_CANTCREAT. */
    private static final int EXIT_CANNOT_CREATE = 73;

    /** What is done. */
    enum Action {
        APPLY,
        UNDO
    }

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Parameters(description = "apply or undo")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private Action action;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "where the values of before are kept; default: RUNTIME_DIRECTORY, else /run/bev-avatar-gpu")
    private @Nullable Path directory;

    @Override
    public Integer call() {
        QuietLog.errorsOnly();
        Map<String, String> environment = main.environment();
        Path folder = directory != null
                ? directory
                : Path.of(environment.getOrDefault("RUNTIME_DIRECTORY", "/run/bev-avatar-gpu"));
        try {
            Config config = main.config();
            GpuSetupConfig wanted = GpuSetupConfig.from(config);
            String library = config.text(ExporterConfig.NVML_LIBRARY, ExporterConfig.DEFAULT_NVML_LIBRARY);
            if (action == Action.APPLY) {
                config.finish(GpuSetupConfig.SECTION);
            }
            Files.createDirectories(folder);
            GpuSetup setup = new GpuSetup(
                    () -> JnaNvml.load(library, Ticker.system(), new NvmlCallMetrics(Ticker.system())),
                    folder.resolve("previous.json"),
                    this::print);
            if (action == Action.APPLY) {
                setup.apply(wanted);
            } else {
                setup.undo();
            }
            return ExitCode.OK;
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            return ExitCodes.CONFIG;
        } catch (IOException e) {
            System.err.println(
                    "gpu-setup: " + folder + ": expected a folder that can be written; run it as root: " + e);
            return EXIT_CANNOT_CREATE;
        }
    }

    private void print(SetupResult step) {
        PrintStream out = main.out();
        if (main.environment().containsKey("JOURNAL_STREAM")) {
            String words = String.join(" ", step.gpu(), step.setting()).strip();
            out.println(priority(step) + (words.isEmpty() ? "" : words + ": ") + step.text());
            return;
        }
        TerminalFormat screen = main.screen();
        Tone tone = switch (step.outcome()) {
            case DONE -> Tone.GOOD;
            case UNCHANGED -> Tone.NONE;
            case WARNING -> Tone.WARNING;
        };
        String name = String.join(" ", step.gpu(), step.setting()).strip();
        screen.entry(tone, name.isEmpty() ? "GPU set-up" : name, step.text()).forEach(out::println);
    }

    /** As the journal takes it from a line's beginning: warning or information. */
    private static String priority(SetupResult step) {
        return step.outcome() == SetupResult.Outcome.WARNING ? "<4>" : "<6>";
    }
}
