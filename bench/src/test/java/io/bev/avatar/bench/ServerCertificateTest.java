package io.bev.avatar.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bev.avatar.common.tls.Pem;
import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCertificateTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void pastValidity_givesAnExpiredCertificate_withItsKey() throws Exception {
        ServerCertificate files = ServerCertificate.create(directory, "expired", -10, 9);

        X509Certificate certificate = Pem.certificates(files.certificate()).get(0);
        assertThatThrownBy(certificate::checkValidity).isInstanceOf(CertificateExpiredException.class);
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=expired");
        assertThat(Pem.keyManagers(files.certificate(), files.key())).isNotEmpty();
    }
}
