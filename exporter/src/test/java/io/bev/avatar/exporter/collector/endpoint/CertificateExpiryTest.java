package io.bev.avatar.exporter.collector.endpoint;

import static io.bev.avatar.exporter.collector.Scrapes.scrape;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.exporter.collector.CertificateExpiry;
import io.bev.avatar.exporter.web.WebConfigSecurity;
import io.bev.avatar.testkit.TestCertificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateExpiryTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private TestCertificates certificates;

    @BeforeEach
    void make() throws Exception {
        certificates = TestCertificates.make(directory);
    }

    @Test
    void chain_theEarliestEndCounts_andAnEmptyOneHasNone() throws Exception {
        X509Certificate server = certificate("server.pem");
        X509Certificate authority = certificate("ca.pem");
        Instant earliest = Collections.min(List.of(
                server.getNotAfter().toInstant(), authority.getNotAfter().toInstant()));

        assertThat(CertificateExpiry.earliest(List.of(server, authority))).contains(earliest);
        assertThat(CertificateExpiry.earliest(List.of())).isEmpty();
    }

    @Test
    void pageWithTls_itsCertificateIsReported() throws Exception {
        HttpsServer page = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext identity = SSLContext.getInstance("TLS");
        identity.init(Pem.keyManagers(certificates.file("server.pem"), certificates.file("server.key")), null, null);
        page.setHttpsConfigurator(new HttpsConfigurator(identity));
        page.createContext("/", exchange -> {
            byte[] body = "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        page.start();
        try (BoundedHttpClient http = new BoundedHttpClient(Optional.of(trust()))) {
            URI base = URI.create("https://127.0.0.1:" + page.getAddress().getPort());

            String text = scrape(new EndpointCollector(base, Duration.ofSeconds(20), http, Ticker.system()));

            assertThat(text)
                    .contains("probe_ssl_earliest_cert_expiry{target=\"page\",} "
                            + (double) certificate("server.pem")
                                    .getNotAfter()
                                    .toInstant()
                                    .getEpochSecond());
        } finally {
            page.stop(0);
        }
    }

    @Test
    void listener_aRenewedCertificateReplacesTheOldOne() throws Exception {
        Path file = Files.writeString(
                directory.resolve("web.yml"), "tls_server_config: {cert_file: server.pem, key_file: server.key}");
        AtomicLong now = new AtomicLong();
        try (WebConfigSecurity security = WebConfigSecurity.open(file, now::get)) {
            assertThat(security.chain()).containsExactly(certificate("server.pem"));

            certificates.issue("server", "-newkey ec -pkeyopt ec_paramgen_curve:P-256");
            now.addAndGet(Duration.ofSeconds(2).toNanos());

            assertThat(security.chain()).containsExactly(certificate("server.pem"));
        }
    }

    private X509Certificate certificate(String name) throws Exception {
        return Pem.certificates(certificates.file(name)).get(0);
    }

    private SSLContext trust() throws Exception {
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("authority", certificate("ca.pem"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
