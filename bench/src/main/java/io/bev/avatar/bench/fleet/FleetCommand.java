package io.bev.avatar.bench.fleet;

import io.bev.avatar.bench.RunFolder;
import io.bev.avatar.bench.StackClient;
import io.bev.avatar.common.bench.HostDescription;
import io.bev.avatar.common.bench.Measurement;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.launcher.FreePorts;
import io.bev.avatar.launcher.IsolatedPrometheus;
import io.bev.avatar.launcher.IsolatedStack;
import java.io.IOException;
import java.io.PrintWriter;
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
            "Lets one Prometheus with the shipped rules read many simulated hosts, and measures its memory, how long rules",
            "and the dashboards' queries take, and whether every host was read."
        },
        footer = {"", "Exit codes: 0 all rules were in time; 1 not so; 64 wrong usage; 69 something is missing."})
public final class FleetCommand implements Callable<Integer> {

    /** A host that has just started is busy, and so would all hosts be that are made after it. */
    private static final Duration SETTLING = Duration.ofSeconds(20);

    private static final Duration LEARNING = Duration.ofSeconds(10);
    private static final int TOO_SLOW = 1;
    private static final String METRICS = "/metrics?exclude%5B%5D=endpoint&exclude%5B%5D=mcp";
    private static final String PROBES = "/metrics?collect%5B%5D=endpoint&collect%5B%5D=mcp";

    @Option(names = "--root", hidden = true, required = true, description = "Project directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: required
    private Path root;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Option(names = "--docs", description = "Write the numbers into docs/benchmarks/fleet.md.")
    private boolean docs;

    @Option(names = "--hosts", defaultValue = "1000", paramLabel = "N", description = "Hosts (default: 1000).")
    private int hosts;

    @Option(
            names = "--minutes",
            defaultValue = "10",
            paramLabel = "M",
            description = "How long they are read before it is measured (default: 10).")
    private double minutes;

    private final Ticker ticker = Ticker.system();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** The two answers of a host, and when they were recorded: its clock continues from there. */
    private record Templates(HostTemplate metrics, HostTemplate probes, long learntNanos) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (hosts < 1 || hosts > 20_000) {
            throw new ParameterException(spec.commandLine(), "--hosts " + hosts + ": expected 1 to 20000");
        }
        if (!(minutes >= 1 && minutes <= 1440)) {
            throw new ParameterException(spec.commandLine(), "--minutes " + minutes + ": expected 1 to 1440");
        }
        RunFolder folder = RunFolder.fresh(root, "fleet");
        print(HostDescription.describe());
        Templates templates = learn(folder.path());
        progress(hosts + " hosts of " + templates.metrics().series() + " and "
                + templates.probes().series() + " series");
        FleetMeasurement measured = measure(folder.path(), templates);
        lines(measured).forEach(this::print);
        if (docs) {
            Path page = root.resolve("docs/benchmarks/fleet.md");
            Files.createDirectories(root.resolve("docs/benchmarks"));
            Files.writeString(
                    page, FleetPage.of(measured, minutes, HostDescription.sentence(), LocalDate.now(ZoneOffset.UTC)));
            progress("wrote " + page);
        }
        return measured.rulesAreInTime() ? 0 : TOO_SLOW;
    }

    /** Asks a real exporter, of a real renderer and a simulated GPU, twice. */
    private Templates learn(Path folder) throws IOException, InterruptedException {
        progress("learning from a real exporter");
        List<Integer> ports = IntStream.of(FreePorts.take(7)).boxed().toList();
        try (IsolatedStack stack = IsolatedStack.start(new IsolatedStack.Settings(
                root, folder.resolve("template"), root.resolve("alerting-rules"), "", Map.of(), ports))) {
            StackClient client = new StackClient(Duration.ofSeconds(10));
            Thread.sleep(SETTLING.toMillis());
            String first = client.text(stack.exporter() + METRICS);
            String firstProbes = client.text(stack.exporter() + PROBES);
            long start = ticker.nanos();
            Thread.sleep(LEARNING.toMillis());
            String second = client.text(stack.exporter() + METRICS);
            String secondProbes = client.text(stack.exporter() + PROBES);
            long learnt = ticker.nanos();
            double seconds = (learnt - start) / 1e9;
            return new Templates(
                    HostTemplate.learn(first, second, seconds),
                    HostTemplate.learn(firstProbes, secondProbes, seconds),
                    learnt);
        }
    }

    private FleetMeasurement measure(Path folder, Templates templates) throws IOException, InterruptedException {
        int port = FreePorts.take(1)[0];
        Path config = folder.resolve("prometheus.yml");
        try (SimulatedHosts simulated =
                SimulatedHosts.serve(hosts, templates.metrics(), templates.probes(), ticker, templates.learntNanos())) {
            FleetConfig.write(root.resolve("alerting-rules"), simulated.inventoryUrl(), port, config);
            try (IsolatedPrometheus prometheus = IsolatedPrometheus.start(config, folder.resolve("prometheus"), port)) {
                StackClient client = new StackClient(Duration.ofMinutes(2));
                long start = ticker.nanos();
                double range = minutes * 60;
                while ((ticker.nanos() - start) / 1e9 < range) {
                    Thread.sleep(Math.min(30_000, (long) (range * 1000)));
                    progress("up: "
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

    private void progress(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }

    private void print(Measurement line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? line.json() : line.text());
        out.flush();
    }
}
