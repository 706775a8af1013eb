package io.bev.avatar.exporter.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.tls.InvalidTlsFileException;
import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"prime256v1", "secp384r1", "secp521r1"})
    void privateKey_ofEachCurveInSec1_isThatOfPkcs8(String curve) throws Exception {
        certificates.openssl("ecparam", "-genkey", "-name", curve, "-out", "sec1.key");
        certificates.openssl("pkcs8", "-topk8", "-nocrypt", "-in", "sec1.key", "-out", "pkcs8.key");

        assertThat(Files.readString(certificates.file("sec1.key"))).contains("BEGIN EC PRIVATE KEY");
        assertThat(((ECPrivateKey) key("sec1.key")).getS()).isEqualTo(((ECPrivateKey) key("pkcs8.key")).getS());
        assertThat(((ECPrivateKey) key("sec1.key")).getParams().getOrder())
                .isEqualTo(((ECPrivateKey) key("pkcs8.key")).getParams().getOrder());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1024", "2048"})
    void privateKey_rsaOfEachSizeInPkcs1_isThatOfPkcs8(String bits) throws Exception {
        certificates.openssl("genrsa", "-traditional", "-out", "pkcs1.key", bits);
        certificates.openssl("pkcs8", "-topk8", "-nocrypt", "-in", "pkcs1.key", "-out", "pkcs8.key");

        assertThat(Files.readString(certificates.file("pkcs1.key"))).contains("BEGIN RSA PRIVATE KEY");
        assertThat(key("pkcs1.key")).isEqualTo(key("pkcs8.key"));
    }

    @Test
    void privateKey_ofAnUnsupportedCurve_isReportedAsSuch() throws Exception {
        certificates.openssl("ecparam", "-genkey", "-name", "secp256k1", "-out", "k1.key");

        assertThatThrownBy(() -> key("k1.key"))
                .hasMessageContaining("k1.key: found a broken key, or one of another kind");
    }

    @Test
    void privateKey_cutAnywhere_isReportedAsBroken() throws Exception {
        certificates.openssl("ecparam", "-genkey", "-noout", "-name", "secp384r1", "-out", "sec1.key");
        certificates.openssl("genrsa", "-traditional", "-out", "pkcs1.key", "1024");
        for (String name : List.of("sec1.key", "pkcs1.key")) {
            List<String> lines = Files.readAllLines(certificates.file(name));
            byte[] der = Base64.getMimeDecoder().decode(String.join("", lines.subList(1, lines.size() - 1)));
            for (int length = 0; length < der.length; length += 1 + length / 8) {
                String cut = Base64.getEncoder().encodeToString(Arrays.copyOf(der, length));
                Files.writeString(
                        certificates.file("cut.key"), lines.get(0) + "\n" + cut + "\n" + lines.get(lines.size() - 1));
                assertThatThrownBy(() -> key("cut.key")).isInstanceOf(InvalidTlsFileException.class);
            }
        }
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
