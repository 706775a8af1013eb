package io.bev.avatar.exporter.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemTest {

    @TempDir
    Path directory;

    private TestCertificates certificates;

    @BeforeEach
    void make() throws Exception {
        certificates = TestCertificates.make(directory);
    }

    private PublicKey certified(String name) throws IOException {
        return Pem.certificates(certificates.file(name)).get(0).getPublicKey();
    }

    private PrivateKey key(String name) throws IOException {
        return Pem.privateKey(certificates.file(name));
    }

    @Test
    void privateKey_ellipticInBothForms_isRead() throws Exception {
        certificates.openssl("ec", "-in", "server.key", "-out", "sec1.key");

        assertThat(Files.readString(certificates.file("server.key"))).contains("BEGIN PRIVATE KEY");
        assertThat(Files.readString(certificates.file("sec1.key"))).contains("BEGIN EC PRIVATE KEY");
        assertThat(Pem.match(key("server.key"), certified("server.pem"))).isTrue();
        assertThat(Pem.match(key("sec1.key"), certified("server.pem"))).isTrue();
    }

    @Test
    void privateKey_rsaInBothForms_isRead() throws Exception {
        certificates.openssl("rsa", "-traditional", "-in", "ca.key", "-out", "pkcs1.key");

        assertThat(Files.readString(certificates.file("pkcs1.key"))).contains("BEGIN RSA PRIVATE KEY");
        assertThat(Pem.match(key("ca.key"), certified("ca.pem"))).isTrue();
        assertThat(Pem.match(key("pkcs1.key"), certified("ca.pem"))).isTrue();
    }

    @Test
    void privateKey_edwards_isRead() throws Exception {
        certificates.issue("edwards", "-newkey ed25519");

        assertThat(Pem.match(key("edwards.key"), certified("edwards.pem"))).isTrue();
    }

    @Test
    void match_keyOfAnotherCertificate_isFalse() throws Exception {
        certificates.issue("other", "-newkey ec -pkeyopt ec_paramgen_curve:P-256");

        assertThat(Pem.match(key("other.key"), certified("server.pem"))).isFalse();
        assertThat(Pem.match(key("ca.key"), certified("server.pem"))).isFalse();
    }

    @Test
    void privateKey_encrypted_namesTheRemedy() throws Exception {
        certificates.openssl("pkey", "-in", "server.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key");

        assertThatThrownBy(() -> key("locked.key"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("locked.key: found an encrypted key")
                .hasMessageContaining("openssl pkey -in locked.key");
    }

    @Test
    void files_ofOtherContent_reportTheExpectedContent() throws Exception {
        assertThatThrownBy(() -> key("server.pem")).hasMessageContaining("expected PEM with BEGIN PRIVATE KEY");
        assertThatThrownBy(() -> certified("server.key")).hasMessageContaining("expected PEM with BEGIN CERTIFICATE");
        Files.writeString(
                certificates.file("broken.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> key("broken.key")).hasMessageContaining("found a broken key");
    }
}
