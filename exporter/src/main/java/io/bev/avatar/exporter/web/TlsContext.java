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

/** Makes Java's TLS context from the files that a configuration names. */
final class TlsContext {

    private TlsContext() {}

    /** Takes whatever certificate a client shows, where the configuration asks for one without checking it. */
    private static final class AnyClient implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException("only a server's trust");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** @throws IOException when a file is missing or broken, or key and certificate do not belong together */
    static SSLContext of(Tls tls) throws IOException {
        KeyManager[] keys = Pem.keyManagers(tls.certFile(), tls.keyFile());
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust(tls), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS with " + tls.certFile() + ": " + e.getMessage(), e);
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
