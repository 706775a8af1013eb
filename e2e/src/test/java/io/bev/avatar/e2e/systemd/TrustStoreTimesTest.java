package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.testkit.Repository;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trust store of the container image: Java writes the time into each entry, so that no two images were identical. */
class TrustStoreTimesTest {

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void creationTimes_areReset_andJavaStillAcceptsTheStore() throws Exception {
        Path store = directory.resolve("ca certs");
        KeyStore keys = KeyStore.getInstance("JKS");
        keys.load(null, PASSWORD);
        Certificate certificate;
        try (InputStream pem =
                Files.newInputStream(Repository.root().resolve("e2e/src/test/resources/trust-store.pem"))) {
            certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
        keys.setCertificateEntry("one", certificate);
        keys.setCertificateEntry("zwei ä", certificate);
        try (var out = Files.newOutputStream(store)) {
            keys.store(out, PASSWORD);
        }

        assertThat(run(store)).isEmpty();

        KeyStore read = KeyStore.getInstance("JKS");
        try (InputStream in = Files.newInputStream(store)) {
            read.load(in, PASSWORD); // checks the digest
        }
        assertThat(Collections.list(read.aliases()))
                .containsExactlyInAnyOrder("one", "zwei ä")
                .allSatisfy(alias -> {
                    assertThat(read.getCreationDate(alias).toInstant()).isEqualTo(Instant.EPOCH);
                    assertThat(read.getCertificate(alias)).isEqualTo(certificate);
                });
    }

    @Test
    void otherFile_isRejectedWithReason() throws Exception {
        Path file = Files.writeString(directory.resolve("text"), "no trust store");
        assertThat(run(file)).contains("text: not a JKS trust store of version 2");
        assertThat(Files.readString(file)).isEqualTo("no trust store");
    }

    private static String run(Path store) throws Exception {
        Process perl = new ProcessBuilder(
                        "perl",
                        Repository.root()
                                .resolve("containers/trust-store-times.pl")
                                .toString(),
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(perl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        perl.waitFor();
        return output;
    }
}
