package io.bev.avatar.exporter.web;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may read the exporter, and how.
 *
 * @param tls empty for plain HTTP
 * @param headers added to every answer
 * @param users bcrypt hash of the password by user name; empty for no authentication
 */
record WebConfig(Optional<Tls> tls, Map<String, String> headers, Map<String, String> users) {

    WebConfig {
        headers = Map.copyOf(headers);
        users = Map.copyOf(users);
    }

    /** Whether and how a client's certificate is asked for; the names are Go's. */
    enum ClientAuth {
        /** Not asked for. */
        NO_CLIENT_CERT("NoClientCert", false, false, false),
        /** Asked for, and anything accepted. */
        REQUEST_CLIENT_CERT("RequestClientCert", true, false, false),
        /** Demanded, and anything accepted. */
        REQUIRE_ANY_CLIENT_CERT("RequireAnyClientCert", true, true, false),
        /** Asked for, and checked where there is one. */
        VERIFY_CLIENT_CERT_IF_GIVEN("VerifyClientCertIfGiven", true, false, true),
        /** Demanded and checked. */
        REQUIRE_AND_VERIFY_CLIENT_CERT("RequireAndVerifyClientCert", true, true, true);

        private final String text;
        private final boolean asked;
        private final boolean demanded;
        private final boolean verified;

        ClientAuth(String text, boolean asked, boolean demanded, boolean verified) {
            this.text = text;
            this.asked = asked;
            this.demanded = demanded;
            this.verified = verified;
        }

        String text() {
            return text;
        }

        boolean asked() {
            return asked;
        }

        boolean demanded() {
            return demanded;
        }

        boolean verified() {
            return verified;
        }
    }

    /**
     * The section {@code tls_server_config}.
     *
     * @param certFile the certificate and its chain, PEM
     * @param keyFile its private key, PEM
     * @param clientCaFile who may have issued clients' certificates, PEM
     * @param versions protocol names as Java has them, such as {@code TLSv1.3}
     * @param cipherSuites as Java has them; empty for Java's own choice
     * @param serverPrefers whether the server's order of suites counts
     */
    record Tls(
            Path certFile,
            Path keyFile,
            ClientAuth clientAuth,
            Optional<Path> clientCaFile,
            List<String> versions,
            List<String> cipherSuites,
            boolean serverPrefers) {

        Tls {
            versions = List.copyOf(versions);
            cipherSuites = List.copyOf(cipherSuites);
        }
    }
}
