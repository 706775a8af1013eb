package io.bev.avatar.bench;

import io.bev.avatar.bench.Fault.Expectation;
import io.bev.avatar.bench.MonitoredHost.Access;
import io.bev.avatar.cds.Installation;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.launcher.IsolatedStack;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Further hosts of a stack at two sites, on which faults are injected side by side. Each name exists at both sites: an alert of one
 * host that appears at its namesake is unrelated there.
 */
final class FaultHosts implements AutoCloseable {

    /** The fault of a whole site. */
    static final String OUTAGE = "site-outage";

    /** The fault that is none: nothing is injected. */
    static final String HEALTHY = "healthy-period";

    private static final List<String> SITES = List.of("north", "south");
    private static final int NAMES = 4;
    private static final long POLL_MILLIS = 200;

    /** Alerts about this machine that the copies of its files do not hide. */
    private static final Set<String> OF_THE_MACHINE = Set.of("AvatarClockUnsynchronised");

    private final IsolatedStack stack;
    private final AlertView view;
    private final CpuShare cpu;
    private final Duration timeout;
    private final List<MonitoredHost> hosts = new ArrayList<>();
    /** Not ended before the hosts: a process that a fault restarts ends with its thread. */
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.factory("faults"));

    private Optional<NetworkNamespace> namespace = Optional.empty();

    private FaultHosts(IsolatedStack stack, AlertView view, CpuShare cpu, Duration timeout) {
        this.stack = stack;
        this.view = view;
        this.cpu = cpu;
        this.timeout = timeout;
    }

    /**
     * Starts the hosts. Their processes end with the calling thread.
     *
     * @param view alerts of the stack
     * @param cpu whether this machine is overloaded
     * @param timeout maximum wait for an alert to fire and for it to end
     */
    static FaultHosts start(
            IsolatedStack stack, Path root, Certificates certificates, AlertView view, CpuShare cpu, Duration timeout)
            throws IOException, InterruptedException {
        FaultHosts all = new FaultHosts(stack, view, cpu, timeout);
        try {
            all.startAll(root, certificates);
            return all;
        } catch (IOException | InterruptedException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    /** Certificates of the hosts; created before Prometheus starts. */
    record Certificates(
            ServerCertificate valid, ServerCertificate expiring, ServerCertificate expired, Path authorities) {

        static Certificates create(Path directory) throws IOException, InterruptedException {
            Files.createDirectories(directory);
            ServerCertificate valid = ServerCertificate.create(directory, "valid", -1, 400);
            ServerCertificate expiring = ServerCertificate.create(directory, "expiring", -10, 12);
            ServerCertificate expired = ServerCertificate.create(directory, "expired", -10, 9);
            Path authorities = Files.writeString(
                    directory.resolve("authorities.pem"),
                    Files.readString(valid.certificate())
                            + Files.readString(expiring.certificate())
                            + Files.readString(expired.certificate()));
            return new Certificates(valid, expiring, expired, authorities);
        }
    }

    private void startAll(Path root, Certificates certificates) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(stack.runDirectory().resolve("hosts"));
        MonitoredHost.Shared shared = new MonitoredHost.Shared(
                Installation.of(root),
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
                stack.page(),
                stack.jolokia(),
                stack.gpuLibrary(),
                ClockOffset.build(directory),
                certificates);
        for (int i = 1; i <= NAMES; i++) {
            for (String site : SITES) {
                hosts.add(MonitoredHost.start("host-" + i, site, shared, Access.PROXY, Optional.empty(), directory));
            }
        }
        String last = "host-" + (NAMES + 1);
        hosts.add(MonitoredHost.start(last, SITES.get(0), shared, Access.TLS, Optional.empty(), directory));
        namespace = namespace();
        hosts.add(MonitoredHost.start(
                last,
                SITES.get(1),
                shared,
                namespace.isPresent() ? Access.NAMESPACE : Access.PROXY,
                namespace,
                directory));
        for (MonitoredHost host : hosts) {
            host.awaitReady();
            host.showTo(stack.runDirectory().resolve("prometheus/targets"));
        }
    }

    private static Optional<NetworkNamespace> namespace() throws InterruptedException {
        try {
            return Optional.of(NetworkNamespace.create());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Injects the faults, on all hosts side by side, in an order that {@code seed} determines.
     *
     * @param faults faults of hosts
     * @param others faults of the stack's own host that disturb no other one, injected at the same time
     * @param ofTheStack the stack's own host
     * @param healthy duration of a period without a fault before
     * @param report receives each result, from several threads
     */
    void run(
            List<HostFault> faults,
            List<Fault> others,
            FaultTarget ofTheStack,
            long seed,
            Duration hold,
            Duration healthy,
            Consumer<Detection> report)
            throws IOException, InterruptedException {
        List<HostFault> order = new ArrayList<>(faults);
        Collections.shuffle(order, new Random(seed));
        Map<Access, Queue<HostFault>> waiting = new EnumMap<>(Access.class);
        for (Access access : Access.values()) {
            waiting.put(
                    access,
                    new ConcurrentLinkedQueue<>(order.stream()
                            .filter(fault -> fault.access() == access)
                            .toList()));
        }
        List<Future<?>> running = new ArrayList<>();
        AtomicBoolean failed = new AtomicBoolean();
        for (MonitoredHost host : hosts) {
            Queue<HostFault> queue = waiting.getOrDefault(host.access(), new ConcurrentLinkedQueue<>());
            running.add(threads.submit(() -> {
                if (!healthy.isZero()) {
                    report.accept(injector(host, healthy).run(healthy(host)));
                }
                FaultInjector injector = injector(host, hold);
                for (HostFault next = queue.poll(); next != null && !failed.get(); next = queue.poll()) {
                    report.accept(injector.run(next.on(host)));
                }
                return null;
            }));
        }
        running.add(threads.submit(() -> {
            FaultInjector injector = injector(ofTheStack, hold);
            for (Fault fault : others) {
                report.accept(injector.run(fault));
            }
            return null;
        }));
        await(running, failed);
        if (namespace.isEmpty()) {
            for (HostFault fault : order) {
                if (fault.access() == Access.NAMESPACE) {
                    report.accept(Detection.skipped(
                            fault.on(hosts.get(0)), "a network namespace requires root and the command ip"));
                }
            }
        }
    }

    /** Polls for all of them until they have ended. */
    private void await(List<Future<?>> running, AtomicBoolean failed) throws IOException, InterruptedException {
        while (running.stream().anyMatch(future -> !future.isDone())) {
            stack.tick();
            view.poll();
            Thread.sleep(POLL_MILLIS);
            for (Future<?> future : running) {
                if (future.isDone()) {
                    try {
                        future.get();
                    } catch (ExecutionException e) {
                        failed.set(true);
                        throw new IOException("a fault of a host failed: " + e.getCause(), e);
                    }
                }
            }
        }
    }

    private static Fault healthy(MonitoredHost host) {
        return new Fault(HEALTHY, "nothing is injected into " + host, true, List.of(), Set.of(), stack -> () -> {});
    }

    private FaultInjector injector(MonitoredHost host, Duration hold) {
        Predicate<ObservedAlert> own =
                alert -> host.instance().equals(alert.labels().get("instance"))
                        && host.site().equals(alert.labels().get("site"));
        return injector(host, AlertSource.filtered(view, own, false), OF_THE_MACHINE, hold);
    }

    private FaultInjector injector(FaultTarget ofTheStack, Duration hold) {
        AlertSource own = AlertSource.filtered(view, alert -> !concerns(alert), false);
        return injector(ofTheStack, own, FaultCatalogue.OF_THE_MACHINE, hold);
    }

    private FaultInjector injector(FaultTarget target, AlertSource alerts, Set<String> ignored, Duration hold) {
        return new FaultInjector(stack, target, alerts, ignored, Ticker.system(), cpu, hold, timeout);
    }

    /** All exporters of a site stop responding. */
    Detection outage(Duration hold) throws IOException, InterruptedException {
        String site = SITES.get(0);
        List<MonitoredHost> there =
                hosts.stream().filter(host -> host.site().equals(site)).toList();
        Fault fault = new Fault(
                OUTAGE,
                "all exporters of a site stop responding (`SIGSTOP`)",
                true,
                List.of(
                        new Expectation(
                                new AlertKey("AvatarFleetHostsDown", "critical"),
                                Fault.Delivery.AT_ONCE,
                                Fault.Condition.needs(Duration.ofSeconds(2), "scrape timeout")),
                        new Expectation(
                                new AlertKey("AvatarHostDown", "critical"),
                                Fault.Delivery.AT_ONCE,
                                Fault.Condition.needs(Duration.ofSeconds(2), "scrape timeout"))),
                Set.of(),
                stack -> {
                    for (MonitoredHost host : there) {
                        host.exporter().signal("STOP");
                    }
                    return () -> {
                        for (MonitoredHost host : there) {
                            host.exporter().signal("CONT");
                        }
                    };
                });
        AlertSource ofTheSite =
                AlertSource.filtered(view, alert -> site.equals(alert.labels().get("site")), true);
        return injector(there.get(0), ofTheSite, OF_THE_MACHINE, hold).run(fault);
    }

    /** Whether an alert is one of these hosts'. */
    static boolean concerns(ObservedAlert alert) {
        return alert.labels().containsKey("site");
    }

    @Override
    public void close() throws IOException {
        Set<MonitoredHost> open = new HashSet<>(hosts);
        hosts.clear();
        for (MonitoredHost host : open) {
            host.close();
        }
        if (namespace.isPresent()) {
            namespace.get().close();
        }
        threads.shutdownNow();
    }
}
