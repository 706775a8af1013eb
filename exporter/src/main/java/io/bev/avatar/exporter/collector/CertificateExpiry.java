package io.bev.avatar.exporter.collector;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Time at which the first certificate of a chain expires, under blackbox_exporter's name.
 *
 * <pre>
 * probe_ssl_earliest_cert_expiry{target="exporter"} 1.8E9
 * </pre>
 */
public final class CertificateExpiry {

    private CertificateExpiry() {}

    /** Earliest end of validity; empty for an empty chain. */
    public static Optional<Instant> earliest(List<X509Certificate> chain) {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo);
    }

    /** Earliest end of validity of the chain that a server presented; empty without TLS. */
    public static Optional<Instant> earliest(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return earliest(Arrays.stream(chain)
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .toList());
        } catch (SSLPeerUnverifiedException noCertificate) {
            return Optional.empty();
        }
    }

    /**
     * Reports it; nothing if it is empty.
     *
     * @param target name of the server: {@code exporter}, {@code page}, {@code jolokia} or {@code mcp}
     */
    public static void report(MetricSink out, String target, Optional<Instant> expiry) {
        expiry.ifPresent(time -> out.gauge(
                "probe_ssl_earliest_cert_expiry",
                "Unix time at which the first certificate of a TLS server's chain expires",
                time.getEpochSecond(),
                "target",
                target));
    }
}
