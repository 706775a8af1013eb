package io.bev.avatar.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;

/**
 * Self-signed certificate of 127.0.0.1 and its key, made by the JDK's keytool.
 *
 * @param certificate PEM file
 * @param key PEM file, PKCS #8
 */
record ServerCertificate(Path certificate, Path key) {

    private static final String ALIAS = "server";
    private static final String PASSWORD = "changeit";

    /**
     * Creates the files {@code name.pem} and {@code name.key}.
     *
     * @param startDays start of its validity in days from now; negative for the past
     * @param days its validity
     */
    static ServerCertificate create(Path directory, String name, int startDays, int days)
            throws IOException, InterruptedException {
        Path store = directory.resolve(name + ".p12");
        Files.deleteIfExists(store);
        StackClient.runChecked(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-startdate",
                (startDays < 0 ? "" : "+") + startDays + "d",
                "-validity",
                Integer.toString(days),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString());
        ServerCertificate files =
                new ServerCertificate(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            Key key = keys.getKey(ALIAS, PASSWORD.toCharArray());
            write(files.certificate(), "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
            write(files.key(), "PRIVATE KEY", key.getEncoded());
            Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-------"));
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot read " + store + ": " + e.getMessage(), e);
        }
        return files;
    }

    private static void write(Path file, String type, byte[] content) throws IOException {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
    }
}
