package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.gpusetup.GpuSetup;
import io.bev.avatar.exporter.gpusetup.SetupResult;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.report.TerminalFormat;
import io.bev.avatar.exporter.report.TerminalFormat.Tone;
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

/** {@code gpu-setup}: run by {@code bev-avatar-gpu.service}. */
@Command(
        name = "gpu-setup",
        description = {
            "Apply or undo GPU performance settings for the renderer (requires root).",
            "apply: set persistence mode, power limit, locked clocks and, if configured, exclusive compute mode, as"
                    + " configured in section gpu-setup. undo: restore the previous values. A setting that the GPU"
                    + " rejects is a warning; a machine without a GPU is not an error.",
        },
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; rejected settings are reported as warnings",
            "64:invalid command line",
            "73:cannot save the previous values",
            "78:invalid configuration; all problems are listed"
        })
final class GpuSetupCommand implements Callable<Integer> {

    /** sysexits' EX_CANTCREAT. */
    private static final int EXIT_CANNOT_CREATE = 73;

    /** Direction of the change. */
    enum Action {
        APPLY,
        UNDO
    }

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Parameters(paramLabel = "ACTION", description = "apply or undo")
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private Action action;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "directory for the previous values; default: $RUNTIME_DIRECTORY, otherwise"
                    + " /run/bev-avatar-gpu")
    private @Nullable Path directory;

    @Override
    public Integer call() {
        LoggingSystem.ofProcess().errorsOnly();
        Map<String, String> environment = main.environment();
        Path targetDirectory = directory != null
                ? directory
                : Path.of(environment.getOrDefault("RUNTIME_DIRECTORY", "/run/bev-avatar-gpu"));
        try {
            Config config = main.config();
            GpuSetupConfig wanted = GpuSetupConfig.from(config);
            String library = config.text(ExporterConfig.NVML_LIBRARY, ExporterConfig.DEFAULT_NVML_LIBRARY);
            if (action == Action.APPLY) {
                config.finish(GpuSetupConfig.SECTION);
            }
            Files.createDirectories(targetDirectory);
            GpuSetup setup = new GpuSetup(
                    () -> JnaNvml.load(library, Ticker.system(), new NvmlCallMetrics(Ticker.system())),
                    targetDirectory.resolve("previous.json"),
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
            System.err.println("gpu-setup: " + targetDirectory + ": expected a writable directory; run as root: "
                    + ErrorText.of(e));
            return EXIT_CANNOT_CREATE;
        }
    }

    private void print(SetupResult step) {
        PrintStream out = main.out();
        if (main.environment().containsKey("JOURNAL_STREAM")) {
            String name = String.join(" ", step.gpu(), step.setting()).strip();
            out.println(priority(step) + (name.isEmpty() ? "" : name + ": ") + step.text());
            return;
        }
        TerminalFormat terminal = main.terminal();
        Tone tone = switch (step.outcome()) {
            case DONE -> Tone.GOOD;
            case UNCHANGED -> Tone.NONE;
            case WARNING -> Tone.WARNING;
        };
        String name = String.join(" ", step.gpu(), step.setting()).strip();
        terminal.entry(tone, name.isEmpty() ? "GPU set-up" : name, step.text()).forEach(out::println);
    }

    /** Line prefix with the journal priority: 4 (warning) or 6 (info). */
    private static String priority(SetupResult step) {
        return step.outcome() == SetupResult.Outcome.WARNING ? "<4>" : "<6>";
    }
}
