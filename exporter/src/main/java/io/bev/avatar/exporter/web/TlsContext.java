package io.bev.avatar.exporter.web;

import io.bev.avatar.exporter.web.WebConfig.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
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
        List<X509Certificate> chain = Pem.certificates(tls.certFile());
        PrivateKey key = Pem.privateKey(tls.keyFile());
        if (!Pem.match(key, chain.get(0).getPublicKey())) {
            throw new UnusableFileException(
                    tls.keyFile(),
                    "another certificate's key",
                    "the key with which " + tls.certFile() + " was requested");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, new char[0], chain.toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust(tls), null);
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
