package io.bev.avatar.common.tls;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts one certificate, that of a server on this machine whose file is available. The names in it are not checked: a
 * certificate is issued for the public name of the server, seldom for 127.0.0.1. The file
 * is read again for each handshake, since certificates are renewed.
 */
public final class PinnedCertificate extends X509ExtendedTrustManager {

    private final Path file;

    private PinnedCertificate(Path file) {
        this.file = file;
    }

    /**
     * A client's TLS context.
     *
     * @param file PEM that begins with the server's certificate
     * @param shown to a server that asks for a certificate; none shows none
     */
    public static SSLContext context(Path file, KeyManager... shown) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(shown, new TrustManager[] {new PinnedCertificate(file)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /**
     * The first certificate of a PEM file.
     *
     * @throws IOException when there is none; the message names the file
     */
    public static X509Certificate read(Path file) throws IOException {
        try (InputStream in = new ByteArrayInputStream(BoundedFiles.readBytes(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (CertificateException e) {
            throw new IOException(file + ": found no certificate, expected PEM with BEGIN CERTIFICATE", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        X509Certificate expected;
        try {
            expected = read(file);
        } catch (IOException e) {
            throw new CertificateException(e.getMessage(), e);
        }
        if (!expected.equals(chain[0])) {
            throw new CertificateException("the server presents another certificate than " + file);
        }
        chain[0].checkValidity();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only a client's trust");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
