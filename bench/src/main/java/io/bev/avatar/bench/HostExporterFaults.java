package io.bev.avatar.bench;

import static io.bev.avatar.bench.HostFault.of;

import io.bev.avatar.bench.MonitoredHost.Access;
import java.io.IOException;
import java.util.List;

/** Faults on the way to a host's readings: its exporter, certificates, credentials, network and MCP server. */
final class HostExporterFaults {

    /** Time that AvatarFlapping needs, in seconds: 10 % of the window of 110 s, in outages of 4 s. */
    static final int FLAPPING_SECONDS = 26;

    static final String FLAPPING = "three outages of 4 s in the rule window (110 s here)";

    private static final String DOWN = "AvatarHostDown";
    private static final String FLAPS = "AvatarFlapping";

    /** Inputs that the exporter has not read since its start. */
    private static final String MISSING = "AvatarInputMissing";

    private HostExporterFaults() {}

    static List<HostFault> all() {
        return List.of(
                of(
                                "host-exporter-killed",
                                "`SIGKILL`, not restarted",
                                host -> host.exporter().kill(),
                                MonitoredHost::restartExporter)
                        .critical(DOWN),
                of(
                                "host-exporter-hangs",
                                "`SIGSTOP`",
                                host -> host.exporter().signal("STOP"),
                                host -> host.exporter().signal("CONT"))
                        .critical(DOWN, 2, "scrape timeout"),
                of("host-disappears", "the host is no longer a target", MonitoredHost::hide, MonitoredHost::show)
                        .warning("AvatarHostDisappeared", 5, "Prometheus applies changed targets after up to 5 s"),
                of(
                                "host-exporter-flapping",
                                "scrapes are rejected for 4 s of each 8 s",
                                Repeating.flapping(
                                        host -> host.scrape().reject(query -> true),
                                        host -> host.scrape().clear()))
                        .warning(FLAPS, FLAPPING_SECONDS, FLAPPING),
                of(
                                "probes-flapping",
                                "scrapes of the probes are rejected for 4 s of each 8 s",
                                Repeating.flapping(
                                        host -> host.scrape().reject(query -> query.contains("collect")),
                                        host -> host.scrape().clear()))
                        .warning(FLAPS, FLAPPING_SECONDS, FLAPPING),
                of(
                                "probes-vanish",
                                "scrapes of the probes are rejected",
                                host -> host.scrape().reject(query -> query.contains("collect")),
                                host -> host.scrape().clear())
                        .warning(MISSING)
                        .mayRaise(FLAPS),
                of("host-exporter-restarted", "`SIGKILL`, started again at once", host -> {
                    host.restartExporter();
                    return () -> {};
                }),
                of(
                                "certificate-expired",
                                "the exporter is restarted with a certificate that expired yesterday",
                                host -> restartWith(
                                        host, host.shared().certificates().expired()),
                                HostExporterFaults::restore)
                        .on(Access.TLS)
                        .critical(DOWN, 4, "the exporter restarts"),
                of(
                                "certificate-expiring",
                                "the certificate is replaced by one that expires in two days",
                                host -> host.useCertificate(
                                        host.shared().certificates().expiring()),
                                host -> host.requirePassword(false))
                        .on(Access.TLS)
                        .critical(
                                "AvatarCertificateExpiring",
                                1,
                                "the exporter reads its configuration at most once per second")
                        .inhibited("AvatarCertificateExpiring", "warning"),
                of(
                                "certificate-wrong",
                                "the exporter is restarted with a certificate of another authority",
                                host -> restartWith(
                                        host,
                                        ServerCertificate.create(host.sandbox().directory(), "other", -1, 400)),
                                HostExporterFaults::restore)
                        .on(Access.TLS)
                        .critical(DOWN, 4, "the exporter restarts"),
                of(
                                "credentials-expired",
                                "the exporter demands a password that Prometheus does not have",
                                host -> host.requirePassword(true),
                                host -> host.requirePassword(false))
                        .on(Access.TLS)
                        .critical(DOWN, 1, "the exporter reads its configuration at most once per second"),
                of(
                                "network-partition",
                                "the link of the exporter's network namespace is cut",
                                host -> host.network().cut(true),
                                host -> host.network().cut(false))
                        .on(Access.NAMESPACE)
                        .critical(DOWN, 2, "scrape timeout"),
                of(
                                "mcp-down",
                                "the MCP server rejects connections",
                                host -> host.mcp().reject(query -> true),
                                MonitoredHost::restoreMcp)
                        .info("AvatarMcpDown"),
                of(
                                "mcp-flapping",
                                "the MCP server rejects connections for 4 s of each 8 s",
                                Repeating.flapping(host -> host.mcp().reject(query -> true), MonitoredHost::restoreMcp))
                        .warning(FLAPS, FLAPPING_SECONDS, FLAPPING));
    }

    private static void restartWith(MonitoredHost host, ServerCertificate certificate)
            throws IOException, InterruptedException {
        host.useCertificate(certificate);
        host.restartExporter();
    }

    private static void restore(MonitoredHost host) throws IOException, InterruptedException {
        host.requirePassword(false);
        host.restartExporter();
    }
}
