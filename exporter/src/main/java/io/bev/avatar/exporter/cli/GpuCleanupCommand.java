package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.log.LoggingSystem;
import io.bev.avatar.common.systemd.AvatarUnits;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.check.CheckSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.gpucleanup.CleanupResult;
import io.bev.avatar.exporter.gpucleanup.GpuCleanup;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.report.TerminalFormat;
import io.bev.avatar.exporter.report.TerminalFormat.Tone;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gpu-cleanup}: run by {@code cleanup-gpu.sh}. */
@Command(
        name = "gpu-cleanup",
        description = {
            "Terminate leftover processes of earlier runs of the renderer unit that still hold GPU memory.",
            "A process is terminated only if the driver lists it, it is in the control group of the unit, and it"
                    + " does not belong to the current run. SIGTERM first, then SIGKILL; every process is reported."
        },
        mixinStandardHelpOptions = true,
        versionProvider = ExporterMain.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no leftover process remains, or there is no GPU",
            "1:a process could not be terminated, or the processes of a GPU could not be listed",
            "64:invalid command line",
            "78:invalid configuration"
        })
final class GpuCleanupCommand implements Callable<Integer> {

    private static final int EXIT_INCOMPLETE = 1;
    private static final int MAX_SECONDS = 60;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Option(
            names = "--unit",
            paramLabel = "NAME",
            defaultValue = AvatarUnits.RENDERER,
            description = "systemd unit; default: ${DEFAULT-VALUE}")
    private String unit = "";

    @Option(
            names = "--running",
            paramLabel = "ID",
            defaultValue = "",
            description = "systemd InvocationID of the current run, whose processes are skipped; default: none")
    private String running = "";

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "seconds from SIGTERM to SIGKILL, 0 to 60; default: ${DEFAULT-VALUE}")
    private int graceSeconds;

    @Override
    public Integer call() throws InterruptedException {
        if (graceSeconds < 0 || graceSeconds > MAX_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--grace: found " + graceSeconds + ", expected 0 to " + MAX_SECONDS + " seconds");
        }
        LoggingSystem.ofProcess().errorsOnly();
        CheckSettings settings = CheckSettings.load(main.configFile(), main.environment());
        if (settings.problems().isPresent()) {
            System.err.println(settings.problems().get());
            return ExitCodes.CONFIG;
        }
        var exporter = settings.exporter().exporter();
        Ticker ticker = Ticker.system();
        GpuCleanup cleanup = new GpuCleanup(
                () -> JnaNvml.load(exporter.nvmlLibrary(), ticker, new NvmlCallMetrics(ticker)),
                exporter.procPath(),
                ticker);
        PrintStream out = main.out();
        TerminalFormat terminal = main.terminal();
        List<CleanupResult> results = new ArrayList<>();
        try {
            boolean clean = cleanup.run(
                    new GpuCleanup.Request(
                            unit, Optional.of(running).filter(id -> !id.isBlank()), Duration.ofSeconds(graceSeconds)),
                    results::add);
            results.forEach(result -> terminal.entry(tone(result), result.process(), result.text())
                    .forEach(out::println));
            if (results.isEmpty()) {
                terminal.entry(Tone.GOOD, "GPU memory", "no leftover process of " + unit)
                        .forEach(out::println);
            }
            return clean ? ExitCodes.OK : EXIT_INCOMPLETE;
        } catch (NvmlException e) {
            terminal.entry(Tone.NONE, "GPU memory", "NVML is unavailable, nothing to do: " + e.getMessage())
                    .forEach(out::println);
            return ExitCodes.OK;
        }
    }

    private static Tone tone(CleanupResult result) {
        return switch (result.outcome()) {
            case ENDED, KILLED -> Tone.GOOD;
            case SKIPPED -> Tone.NONE;
            case REMAINS, UNREADABLE -> Tone.BAD;
        };
    }
}
