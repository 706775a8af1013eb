package io.bev.avatar.common.tls;

import io.bev.avatar.common.io.BoundedFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** Certificates and private keys in PEM files (RFC 7468), through Java's own parsers. */
public final class Pem {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----([^-]+)-----END \\1-----");

    /** DER of the algorithm identifier {@code rsaEncryption} with NULL (RFC 8017, A.1). */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

    /** DER of the object identifier {@code id-ecPublicKey} (RFC 5480, 2.1.1). */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private static final String CERTIFICATE = "PEM with BEGIN CERTIFICATE";
    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 4;
    private static final int CURVE_TAG = 0xa0;

    private static final Map<String, String> SIGNATURES = Map.of(
            "RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA", "Ed25519", "Ed25519", "Ed448", "Ed448");

    private Pem() {}

    /**
     * The certificates of a file, in its order.
     *
     * @throws IOException when there is none, or one is broken; the message names the file
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        try (InputStream in = new ByteArrayInputStream(BoundedFiles.readBytes(file))) {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw new InvalidTlsFileException(file, "no certificate", CERTIFICATE);
            }
            return found;
        } catch (CertificateException e) {
            throw new InvalidTlsFileException(file, "no whole certificate", CERTIFICATE, e);
        }
    }

    /**
     * The private key of a file: PKCS #8, or the older forms of RSA (PKCS #1) and elliptic curves (SEC 1).
     *
     * @throws IOException when there is none that can be used; the message names the file and never holds the key
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        Matcher block = KEY.matcher(new String(BoundedFiles.readBytes(file), StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw new InvalidTlsFileException(file, "no private key", "PEM with BEGIN PRIVATE KEY");
        }
        if (block.group(1).startsWith("ENCRYPTED")) {
            throw new InvalidTlsFileException(
                    file,
                    "an encrypted key",
                    "one without a password: openssl pkey -in " + file.getFileName() + " -out plain.key");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(2));
            byte[] pkcs8 = switch (block.group(1)) {
                case "RSA PRIVATE KEY" -> sequence(VERSION_0, RSA, tagged(OCTET_STRING, der));
                case "EC PRIVATE KEY" -> sequence(VERSION_0, sequence(EC, curve(der)), tagged(OCTET_STRING, der));
                default -> der;
            };
            return decode(pkcs8);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new InvalidTlsFileException(
                    file, "a broken key, or one of another kind", "an RSA, EC or Ed25519 key");
        }
    }

    /**
     * Key managers that present a certificate in a TLS handshake and prove possession of its key.
     *
     * @param certificate a file with the certificate first, then those of its issuers
     * @param key a file with its private key
     * @throws IOException when a file is missing or broken, or the two do not belong together
     */
    public static KeyManager[] keyManagers(Path certificate, Path key) throws IOException {
        List<X509Certificate> chain = certificates(certificate);
        PrivateKey secret = privateKey(key);
        if (!match(secret, chain.get(0).getPublicKey())) {
            throw new InvalidTlsFileException(
                    key, "another certificate's key", "the key with which " + certificate + " was requested");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", secret, new char[0], chain.toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            return keys.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS with " + certificate + ": " + e.getMessage(), e);
        }
    }

    private static PrivateKey decode(byte[] pkcs8) throws GeneralSecurityException {
        GeneralSecurityException last = new GeneralSecurityException("no algorithm");
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw last;
    }

    /** Whether a key and a certificate belong together: what the one signs, the other confirms. */
    public static boolean match(PrivateKey key, PublicKey certified) {
        String algorithm = SIGNATURES.getOrDefault(key.getAlgorithm(), "");
        byte[] text = "match".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key of another algorithm than the certificate's cannot even start.
            return false;
        }
    }

    /** The DER of the curve's identifier within {@code ECPrivateKey} (RFC 5915, 3): tag 0, after version and key. */
    private static byte[] curve(byte[] der) {
        ByteBuffer in = ByteBuffer.wrap(der);
        in.get();
        length(in);
        while (in.hasRemaining()) {
            int tag = in.get() & 0xff;
            byte[] value = new byte[length(in)];
            in.get(value);
            if (tag == CURVE_TAG) {
                return value;
            }
        }
        throw new IllegalArgumentException("no curve");
    }

    private static int length(ByteBuffer in) {
        int first = in.get() & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | (in.get() & 0xff);
        }
        return length;
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return tagged(SEQUENCE, all.toByteArray());
    }

    private static byte[] tagged(int tag, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(value.length + 4);
        out.write(tag);
        if (value.length < 0x80) {
            out.write(value.length);
        } else if (value.length < 0x100) {
            out.write(0x81);
            out.write(value.length);
        } else {
            out.write(0x82);
            out.write(value.length >> 8);
            out.write(value.length);
        }
        out.writeBytes(value);
        return out.toByteArray();
    }
}
