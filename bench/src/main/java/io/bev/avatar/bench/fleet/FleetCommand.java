package io.bev.avatar.bench.fleet;

import io.bev.avatar.bench.RunDirectory;
import io.bev.avatar.bench.StackClient;
import io.bev.avatar.cds.FreePorts;
import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.bench.MeasurementPrinter;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.launcher.IsolatedPrometheus;
import io.bev.avatar.launcher.IsolatedStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench fleet}: many simulated hosts on one Prometheus. */
@Command(
        name = "fleet",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Let one Prometheus with the shipped rules scrape many simulated hosts.",
            "Measures its memory, the duration of rule evaluations and dashboard queries, and whether every host was scraped."
        },
        footer = {
            "",
            "Exit codes: 0 all rules were evaluated in time, 1 otherwise, 64 usage error, 69 a dependency is missing."
        })
public final class FleetCommand implements Callable<Integer> {

    /** A host that has just started is busy; the simulated hosts would copy that. */
    private static final Duration SETTLE_TIME = Duration.ofSeconds(20);

    private static final Duration RECORDING_TIME = Duration.ofSeconds(10);
    private static final int TOO_SLOW = 1;
    private static final String METRICS = "/metrics?exclude%5B%5D=endpoint&exclude%5B%5D=mcp";
    private static final String PROBES = "/metrics?collect%5B%5D=endpoint&collect%5B%5D=mcp";

    @Option(names = "--root", hidden = true, required = true, description = "Project directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: required
    private Path root;

    @Option(names = "--json", description = "Print one JSON object per line instead of a table.")
    private boolean json;

    @Option(names = "--docs", description = "Write the results into docs/benchmarks/fleet.md.")
    private boolean docs;

    @Option(
            names = "--hosts",
            defaultValue = "1000",
            paramLabel = "N",
            description = "Number of hosts (default: 1000).")
    private int hosts;

    @Option(
            names = "--minutes",
            defaultValue = "10",
            paramLabel = "M",
            description = "Minutes of scraping before the measurement (default: 10).")
    private double minutes;

    private final Ticker ticker = Ticker.system();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** The two responses of a host and the time of their recording, from which simulated clocks continue. */
    private record Templates(HostTemplate metrics, HostTemplate probes, long recordedNanos) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (hosts < 1 || hosts > 20_000) {
            throw new ParameterException(spec.commandLine(), "--hosts " + hosts + ": expected 1 to 20000");
        }
        if (!(minutes >= 1 && minutes <= 1440)) {
            throw new ParameterException(spec.commandLine(), "--minutes " + minutes + ": expected 1 to 1440");
        }
        RunDirectory directory = RunDirectory.fresh(root, "fleet");
        MeasurementPrinter printer = printer();
        printer.print(HostDescription.describe());
        Templates templates = recordTemplates(directory.path(), printer);
        printer.message(hosts + " hosts of " + templates.metrics().series() + " and "
                + templates.probes().series() + " series");
        FleetMeasurement measured = measure(directory.path(), templates, printer);
        lines(measured).forEach(printer::print);
        if (docs) {
            Path page = root.resolve("docs/benchmarks/fleet.md");
            Files.createDirectories(root.resolve("docs/benchmarks"));
            Files.writeString(
                    page, FleetPage.of(measured, minutes, HostDescription.sentence(), LocalDate.now(ZoneOffset.UTC)));
            printer.message("wrote " + page);
        }
        return measured.rulesAreInTime() ? 0 : TOO_SLOW;
    }

    /** Scrapes an exporter with a renderer and a simulated GPU twice. */
    private Templates recordTemplates(Path directory, MeasurementPrinter printer)
            throws IOException, InterruptedException {
        printer.message("recording the metrics of an exporter");
        List<Integer> ports = IntStream.of(FreePorts.take(7)).boxed().toList();
        try (IsolatedStack stack = IsolatedStack.start(new IsolatedStack.Settings(
                root, directory.resolve("template"), root.resolve("alerting-rules"), "", Map.of(), ports))) {
            StackClient client = new StackClient(Duration.ofSeconds(10));
            Thread.sleep(SETTLE_TIME.toMillis());
            String first = client.text(stack.exporter() + METRICS);
            String firstProbes = client.text(stack.exporter() + PROBES);
            long start = ticker.nanos();
            Thread.sleep(RECORDING_TIME.toMillis());
            String second = client.text(stack.exporter() + METRICS);
            String secondProbes = client.text(stack.exporter() + PROBES);
            long recorded = ticker.nanos();
            double seconds = (recorded - start) / 1e9;
            return new Templates(
                    HostTemplate.from(first, second, seconds),
                    HostTemplate.from(firstProbes, secondProbes, seconds),
                    recorded);
        }
    }

    private FleetMeasurement measure(Path directory, Templates templates, MeasurementPrinter printer)
            throws IOException, InterruptedException {
        int port = FreePorts.take(1)[0];
        Path config = directory.resolve("prometheus.yml");
        try (SimulatedHosts simulated = SimulatedHosts.serve(
                hosts, templates.metrics(), templates.probes(), ticker, templates.recordedNanos())) {
            FleetConfig.write(root.resolve("alerting-rules"), simulated.inventoryUrl(), port, config);
            try (IsolatedPrometheus prometheus =
                    IsolatedPrometheus.start(config, directory.resolve("prometheus"), port)) {
                StackClient client = new StackClient(Duration.ofMinutes(2));
                long start = ticker.nanos();
                double range = minutes * 60;
                while ((ticker.nanos() - start) / 1e9 < range) {
                    Thread.sleep(Math.min(30_000, (long) (range * 1000)));
                    printer.message("up: "
                            + client.query(prometheus.url(), "sum(up{job=\"avatar\"})")
                                    .path(0)
                                    .path("value")
                                    .path(1)
                                    .asText("none")
                            + " of " + hosts);
                }
                return FleetMeasurement.take(
                        client,
                        prometheus.url(),
                        prometheus.pid(),
                        DashboardQueries.read(root.resolve("grafana/dashboards")),
                        Math.min(range, 3600),
                        ticker);
            }
        }
    }

    private static List<Measurement> lines(FleetMeasurement measured) {
        List<Measurement> lines = new ArrayList<>();
        measured.figures().forEach(f -> lines.add(new Measurement(f.name(), f.value(), f.unit(), Map.of())));
        measured.groups()
                .forEach(group -> lines.add(new Measurement(
                        "fleet.rules." + group.group() + ".seconds",
                        group.longestSeconds(),
                        "s",
                        Map.of("interval", group.intervalSeconds()))));
        lines.add(new Measurement("fleet.query.p50", measured.querySeconds(0.5), "s", Map.of()));
        lines.add(new Measurement("fleet.query.p90", measured.querySeconds(0.9), "s", Map.of()));
        measured.queries().stream()
                .findFirst()
                .ifPresent(slowest -> lines.add(new Measurement(
                        "fleet.query.max",
                        slowest.seconds(),
                        "s",
                        Map.of("panel", slowest.query().panel()))));
        return lines;
    }

    private MeasurementPrinter printer() {
        return new MeasurementPrinter(
                spec.commandLine().getOut(), spec.commandLine().getErr(), json);
    }
}
