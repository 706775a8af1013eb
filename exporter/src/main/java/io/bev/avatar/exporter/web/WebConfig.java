package io.bev.avatar.exporter.web;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Content of a {@code web-config.yml}: TLS, headers and users.
 *
 * @param tls empty for plain HTTP
 * @param headers added to every response
 * @param users bcrypt hash of the password by user name; empty for no authentication
 */
record WebConfig(Optional<Tls> tls, Map<String, String> headers, Map<String, String> users) {

    WebConfig {
        headers = Map.copyOf(headers);
        users = Map.copyOf(users);
    }

    /** Client certificate policy, with the names of Go's {@code tls.ClientAuthType}. */
    enum ClientAuth {
        /** Not requested. */
        NO_CLIENT_CERT("NoClientCert", false, false, false),
        /** Requested; any certificate is accepted. */
        REQUEST_CLIENT_CERT("RequestClientCert", true, false, false),
        /** Required; any certificate is accepted. */
        REQUIRE_ANY_CLIENT_CERT("RequireAnyClientCert", true, true, false),
        /** Requested, and verified if sent. */
        VERIFY_CLIENT_CERT_IF_GIVEN("VerifyClientCertIfGiven", true, false, true),
        /** Required and verified. */
        REQUIRE_AND_VERIFY_CLIENT_CERT("RequireAndVerifyClientCert", true, true, true);

        private final String text;
        private final boolean requested;
        private final boolean required;
        private final boolean verified;

        ClientAuth(String text, boolean requested, boolean required, boolean verified) {
            this.text = text;
            this.requested = requested;
            this.required = required;
            this.verified = verified;
        }

        String text() {
            return text;
        }

        boolean requested() {
            return requested;
        }

        boolean required() {
            return required;
        }

        boolean verified() {
            return verified;
        }
    }

    /**
     * Section {@code tls_server_config}.
     *
     * @param certFile the certificate and its chain, PEM
     * @param keyFile its private key, PEM
     * @param clientCaFile certificates of the issuers of client certificates, PEM
     * @param versions Java protocol names, such as {@code TLSv1.3}
     * @param cipherSuites Java names; empty for the default of the JDK
     * @param serverPrefers whether the server's order of suites has precedence
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
