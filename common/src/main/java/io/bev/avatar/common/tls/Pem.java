package io.bev.avatar.common.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
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

    /** DER between the lengths of PKCS #8: version 0 and the algorithm identifier {@code rsaEncryption} (RFC 8017, A.1). */
    private static final byte[] VERSION_AND_RSA = HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    /** DER of a sequence and of an octet string with two bytes of length: 256 to 65535. */
    private static final short SEQUENCE = 0x3082;

    private static final short OCTET_STRING = 0x0482;
    private static final int LENGTH_BYTES = 4;
    private static final int MIN_LENGTH = 256;
    private static final int MAX_LENGTH = 65_000;

    /** Curves of Java's provider. */
    private static final List<String> CURVES = List.of("secp256r1", "secp384r1", "secp521r1");

    private static final String CERTIFICATE = "PEM with BEGIN CERTIFICATE";

    private static final Map<String, String> SIGNATURES = Map.of(
            "RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA", "Ed25519", "Ed25519", "Ed448", "Ed448");

    private Pem() {}

    /**
     * The certificates of a file, in its order.
     *
     * @throws IOException when there is none, or one is broken; the message names the file
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
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
        Matcher block = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
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
            return switch (block.group(1)) {
                case "RSA PRIVATE KEY" -> decode(pkcs8(der));
                case "EC PRIVATE KEY" -> ec(der);
                default -> decode(der);
            };
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
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

    /** Wraps an {@code RSAPrivateKey} (PKCS #1), which Java does not read, into PKCS #8. */
    private static byte[] pkcs8(byte[] der) {
        if (der.length < MIN_LENGTH || der.length > MAX_LENGTH) {
            throw new IllegalArgumentException(der.length + " bytes");
        }
        int content = VERSION_AND_RSA.length + LENGTH_BYTES + der.length;
        return ByteBuffer.allocate(LENGTH_BYTES + content)
                .putShort(SEQUENCE)
                .putShort((short) content)
                .put(VERSION_AND_RSA)
                .putShort(OCTET_STRING)
                .putShort((short) der.length)
                .put(der)
                .array();
    }

    /** Key of an {@code ECPrivateKey} (SEC 1, RFC 5915): a sequence of version, secret, and the identifier of the curve. */
    private static PrivateKey ec(byte[] der) throws GeneralSecurityException, IOException {
        int version = (der[1] & 0x80) == 0 ? 2 : 2 + (der[1] & 0x7f);
        int length = version == 2 ? der[1] : new BigInteger(1, der, 2, version - 2).intValueExact();
        if (version + length != der.length) {
            throw new GeneralSecurityException("incomplete");
        }
        int secret = version + 3;
        BigInteger number = new BigInteger(1, der, secret + 2, der[secret + 1]);
        String content = new String(der, StandardCharsets.ISO_8859_1);
        for (String name : CURVES) {
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec(name));
            if (content.contains(new String(curve.getEncoded(), StandardCharsets.ISO_8859_1))) {
                return KeyFactory.getInstance("EC")
                        .generatePrivate(new ECPrivateKeySpec(number, curve.getParameterSpec(ECParameterSpec.class)));
            }
        }
        throw new GeneralSecurityException("no known curve");
    }
}
