package io.bev.avatar.exporter.cli;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.CheckSettings;
import io.bev.avatar.exporter.collector.gpu.NvmlCallMetrics;
import io.bev.avatar.exporter.gpucleanup.CleanupResult;
import io.bev.avatar.exporter.gpucleanup.GpuCleanup;
import io.bev.avatar.exporter.nvml.NvmlException;
import io.bev.avatar.exporter.nvml.jna.JnaNvml;
import io.bev.avatar.exporter.terminal.TerminalFormat;
import io.bev.avatar.exporter.terminal.TerminalFormat.Tone;
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

/** {@code gpu-cleanup}: what {@code cleanup-gpu.sh} runs. */
@Command(
        name = "gpu-cleanup",
        description = {
            "End processes of an earlier run of the renderer's unit that still hold GPU memory.",
            "A process is ended only when the driver lists it, its control group is the unit's, and it does not belong to"
                    + " the run at work. SIGTERM first, SIGKILL when that does not help; each is reported."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing of an earlier run is left, or there is no GPU",
            "1:a process could not be ended",
            "2:wrong command line",
            "78:the configuration has problems"
        })
final class GpuCleanupCommand implements Callable<Integer> {

    private static final int LEFT = 1;
    private static final int MOST_SECONDS = 60;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private ExporterMain main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Option(
            names = "--unit",
            paramLabel = "NAME",
            defaultValue = "bev-advanced-avatar.service",
            description = "the unit; default: ${DEFAULT-VALUE}")
    private String unit = "";

    @Option(
            names = "--running",
            paramLabel = "ID",
            defaultValue = "",
            description = "systemd's InvocationID of the run at work, which is left alone; default: none is at work")
    private String running = "";

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "from SIGTERM to SIGKILL, 0 to 60; default: ${DEFAULT-VALUE}")
    private int graceSeconds;

    @Override
    public Integer call() throws InterruptedException {
        if (graceSeconds < 0 || graceSeconds > MOST_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--grace: found " + graceSeconds + ", expected seconds from 0 to " + MOST_SECONDS);
        }
        QuietLog.errorsOnly();
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
        TerminalFormat screen = main.screen();
        List<CleanupResult> fates = new ArrayList<>();
        try {
            boolean clean = cleanup.run(
                    new GpuCleanup.Order(
                            unit, Optional.of(running).filter(id -> !id.isBlank()), Duration.ofSeconds(graceSeconds)),
                    fates::add);
            fates.forEach(fate ->
                    screen.entry(tone(fate), fate.process(), fate.text()).forEach(out::println));
            if (fates.isEmpty()) {
                screen.entry(Tone.GOOD, "GPU memory", "nothing of " + unit + " holds any")
                        .forEach(out::println);
            }
            return clean ? ExitCodes.OK : LEFT;
        } catch (NvmlException e) {
            screen.entry(Tone.NONE, "GPU memory", "no GPU can be asked, nothing to do: " + e.getMessage())
                    .forEach(out::println);
            return ExitCodes.OK;
        }
    }

    private static Tone tone(CleanupResult fate) {
        return switch (fate.outcome()) {
            case ENDED, KILLED -> Tone.GOOD;
            case SPARED -> Tone.NONE;
            case REMAINS -> Tone.BAD;
        };
    }
}
