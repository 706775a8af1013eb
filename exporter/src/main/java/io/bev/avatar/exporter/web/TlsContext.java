package io.bev.avatar.exporter.web;

import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.exporter.web.WebConfig.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Creates an {@link SSLContext} from the files named in the configuration. */
final class TlsContext {

    private TlsContext() {}

    /** Accepts any client certificate, for client_auth_type values without verification. */
    private static final class AnyClient implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException("verifies clients only");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** @throws IOException if a file is missing or invalid, or key and certificate do not match */
    static SSLContext of(Tls tls) throws IOException {
        KeyManager[] keys = Pem.keyManagers(tls.certFile(), tls.keyFile());
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust(tls), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot set up TLS with " + tls.certFile() + ": " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Tls tls) throws IOException, GeneralSecurityException {
        if (!tls.clientAuth().verified()) {
            return new TrustManager[] {new AnyClient()};
        }
        KeyStore issuers = KeyStore.getInstance("PKCS12");
        issuers.load(null, null);
        int number = 0;
        for (X509Certificate issuer : Pem.certificates(tls.clientCaFile().orElseThrow())) {
            issuers.setCertificateEntry("issuer" + number++, issuer);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(issuers);
        return trust.getTrustManagers();
    }
}
