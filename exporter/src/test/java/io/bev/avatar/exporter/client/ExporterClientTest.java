package io.bev.avatar.exporter.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.tls.ExporterClientAuth;
import io.bev.avatar.exporter.Exporter;
import io.bev.avatar.exporter.ExporterConfigs;
import io.bev.avatar.exporter.cli.AccessCommand;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExporterClientTest {

    private static final String PASSWORD = "s3 \"cret\\#$x";

    @TempDir
    Path directory;

    private String web;

    @BeforeEach
    void guard() throws Exception {
        TestCertificates certificates = TestCertificates.make(directory);
        certificates.openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=elsewhere -addext subjectAltName=DNS:elsewhere.example -keyout named.key -out named.pem"
                        .split(" ", -1));
        web = """
            tls_server_config: {cert_file: named.pem, key_file: named.key}
            basic_auth_users: {prometheus: "%s"}
            """.formatted(BCrypt.withDefaults().hashToString(4, PASSWORD.toCharArray()));
        Files.writeString(directory.resolve("web-config.yml"), web);
        Files.writeString(directory.resolve("password"), PASSWORD + "\n");
    }

    private String yaml(int port, String stack) {
        return """
            exporter: {bind: 0.0.0.0, port: %d, state-directory: %s, nvml-library: libno-such-nvml.so,
              web-config-file: %s}
            redis: {url: "redis://127.0.0.1:1"}
            stack: {%s}
            """.formatted(port, directory, directory.resolve("web-config.yml"), stack);
    }

    private String read(int port, String stack) throws Exception {
        return ExporterClient.from(Config.of(yaml(port, stack), "avatar.yaml", Map.of()))
                .metrics();
    }

    private String read(int port) throws Exception {
        return read(port, "exporter-password-file: " + directory.resolve("password"));
    }

    @Test
    void exporterBehindTlsAndAPassword_isReadOnlyWithBoth() throws Exception {
        Map<String, String> environment = Map.of("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=" + directory.resolve("no-bus"));
        ExporterConfigs settings = ExporterConfigs.from(Config.of(yaml(0, ""), "test.yaml", environment), environment);
        try (Exporter exporter = new Exporter(settings, "1.2.3")) {
            exporter.start();
            int port = exporter.address().getPort();

            assertThat(read(port)).contains("avatar_exporter_build_info");
            assertThatThrownBy(() -> read(port, ""))
                    .hasMessageStartingWith(
                            "cannot read metrics: stack.exporter-password-file: found nothing, expected a file ")
                    .hasMessageContaining("prometheus's password");
            Files.writeString(directory.resolve("password"), "another");
            assertThatThrownBy(() -> read(port))
                    .hasMessage("cannot read metrics (protected by TLS, password): rejected with status 401; check"
                            + " that " + directory.resolve("password")
                            + " contains the password of user prometheus");
            Files.delete(directory.resolve("password"));
            assertThatThrownBy(() -> read(port))
                    .hasMessageContaining("found '" + directory.resolve("password") + "', expected a file ");

            Files.writeString(
                    directory.resolve("web-config.yml"), web.replace("cert_file: named.pem", "cert_file: server.pem"));
            Files.writeString(directory.resolve("password"), PASSWORD);
            assertThatThrownBy(() -> read(port))
                    .hasMessageContaining(
                            "the server presents another certificate than " + directory.resolve("server.pem"));
        }
    }

    @Test
    void missingCredentials_areNamed() throws Exception {
        int unusedPort = StubHttpServer.unreachable("/").getPort();
        assertThatThrownBy(() -> read(unusedPort))
                .hasMessage("cannot read metrics (protected by TLS, password): connection refused");
        Files.writeString(
                directory.resolve("web-config.yml"),
                "tls_server_config: {cert_file: named.pem, client_auth_type: RequireAndVerifyClientCert}");
        assertThatThrownBy(() -> read(unusedPort))
                .hasMessageStartingWith("cannot read metrics: stack.exporter-cert-file: found nothing");
        Files.delete(directory.resolve("web-config.yml"));
        assertThatThrownBy(() -> read(unusedPort))
                .hasMessageStartingWith("cannot read metrics: exporter.web-config-file: found ");
    }

    @Test
    void access_printsOneLinePerItem() throws Exception {
        Config config = Config.of(
                yaml(
                        1,
                        "exporter-password-file: " + directory.resolve("password") + ", exporter-cert-file: "
                                + directory.resolve("server.pem") + ", exporter-key-file: "
                                + directory.resolve("server.key")),
                "avatar.yaml",
                Map.of());

        assertThat(AccessCommand.lines(ExporterClientAuth.from(config)).replace(directory + "/", "F/"))
                .isEqualTo("""
                    certificate F/named.pem
                    server-name elsewhere.example
                    client-certificate F/server.pem
                    client-key F/server.key
                    user prometheus
                    password-file F/password
                    """);
    }
}
