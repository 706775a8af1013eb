package io.bev.avatar.exporter.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.config.ConfigProblem;
import io.bev.avatar.exporter.web.WebConfig.ClientAuth;
import io.bev.avatar.exporter.web.WebConfig.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebConfigFileTest {

    private static final String HASH = "$2y$10$eImiTXuWVxfM37uY4JANjOvRTbUd1oeLDmDnvuPGLF6xR0XfM0/Zu";
    private static final Set<String> SUITES =
            Set.of("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    @TempDir
    Path directory;

    private WebConfig read(String yaml) throws IOException {
        return WebConfigFile.read(Files.writeString(directory.resolve("web.yml"), yaml), SUITES);
    }

    private List<ConfigProblem> problems(String yaml) {
        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> read(yaml));
        assertThat(failure).as("%s has problems", yaml).isNotNull();
        assertThat(failure).hasMessageNotContaining("$2");
        return failure.problems();
    }

    @Test
    void allKeys_areRead() throws Exception {
        Files.createDirectories(directory.resolve("tls"));
        for (String name : List.of("server.pem", "server.key", "ca.pem")) {
            Files.writeString(directory.resolve("tls").resolve(name), "-");
        }

        WebConfig config = read("""
                tls_server_config:
                  cert_file: tls/server.pem
                  key_file: tls/server.key
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: tls/ca.pem
                  min_version: TLS13
                  cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305]
                  prefer_server_cipher_suites: false
                http_server_config:
                  http2: false
                  headers: {X-Frame-Options: deny}
                basic_auth_users:
                  prometheus: %s
                """.formatted(HASH));

        Tls tls = config.tls().orElseThrow();
        assertThat(tls.certFile()).isEqualTo(directory.resolve("tls/server.pem"));
        assertThat(tls.clientAuth()).isEqualTo(ClientAuth.REQUIRE_AND_VERIFY_CLIENT_CERT);
        assertThat(tls.versions()).containsExactly("TLSv1.3");
        assertThat(tls.cipherSuites())
                .containsExactly("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
        assertThat(tls.serverPrefers()).isFalse();
        assertThat(config.headers()).containsEntry("X-Frame-Options", "deny");
        assertThat(config.users()).containsEntry("prometheus", HASH);
    }

    @Test
    void emptyFile_isPlainHttpWithoutAuthentication() throws Exception {
        assertThat(read("").users()).isEmpty();
        assertThat(read("{}").tls()).isEmpty();
        assertThat(read("tls_server_config:\nbasic_auth_users:\n").tls()).isEmpty();
    }

    @Test
    void unsupportedKeys_areAllNamed() {
        assertThat(problems("""
                        rate_limit: {interval: 1s}
                        tls_server_config: {curve_preferences: [X25519], cert_file: no.pem}
                        http_server_config: {http2: true, headers: {Server: me}}
                        """))
                .extracting(ConfigProblem::key)
                .contains(
                        "rate_limit",
                        "tls_server_config.curve_preferences",
                        "tls_server_config.cert_file",
                        "tls_server_config.key_file",
                        "http_server_config.http2",
                        "http_server_config.headers.Server");
    }

    @Test
    void users_plainPassword_isReportedWithoutIt() {
        assertThat(problems("basic_auth_users: {alice: open-sesame}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString())
                        .contains("basic_auth_users.alice", "htpasswd -nBC 10 alice")
                        .doesNotContain("open-sesame"));
    }

    @Test
    void tls_badValues_areReported() throws Exception {
        Files.writeString(directory.resolve("a.pem"), "-");
        String files = "cert_file: a.pem, key_file: a.pem, ";

        assertThat(problems("tls_server_config: {" + files + "min_version: TLS10}"))
                .extracting(ConfigProblem::key)
                .containsExactly("tls_server_config.min_version");
        assertThat(problems("tls_server_config: {" + files + "min_version: TLS13, max_version: TLS12}"))
                .hasSize(1);
        assertThat(problems("tls_server_config: {" + files + "client_auth_type: RequireAndVerifyClientCert}"))
                .extracting(ConfigProblem::key)
                .containsExactly("tls_server_config.client_ca_file");
        assertThat(problems("tls_server_config: {" + files + "client_ca_file: a.pem}"))
                .extracting(ConfigProblem::key)
                .containsExactly("tls_server_config.client_auth_type");
        assertThat(problems("tls_server_config: {" + files + "client_auth_type: Sometimes}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.expected()).contains("VerifyClientCertIfGiven"));
        assertThat(problems("tls_server_config: {" + files + "cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.found()).contains("RC4"));
    }

    @Test
    void invalidYaml_isReportedWithoutItsText() {
        assertThat(problems("basic_auth_users: {alice: \"" + HASH + "\"\n x: ["))
                .extracting(ConfigProblem::key)
                .containsExactly("(file)");
        assertThat(problems("- a list")).hasSize(1);
        assertThat(problems("basic_auth_users: {}\n\tx: 1\n").get(0).found()).isEqualTo("invalid YAML at line 2");
        assertThat(problems("basic_auth_users: {}\nbasic_auth_users: {}\n")
                        .get(0)
                        .found())
                .isEqualTo("a duplicate key at line 2");
        assertThat(problems("basic_auth_users: [alice]\n").get(0).found()).isEqualTo("a list");
        assertThat(problems("tls_server_config: {cert_file: ., key_file: .}\n"))
                .extracting(ConfigProblem::expected)
                .containsOnly("a file readable by this user");
    }

    @Test
    void invalidUtf8_isReported() throws Exception {
        Path file = Files.write(directory.resolve("latin.yml"), new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> WebConfigFile.read(file, SUITES)).hasMessageContaining("bytes that are not UTF-8");
    }
}
