package io.bev.avatar.common.tls;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/**
 * Credentials of clients on the exporter's own machine when {@code exporter.web-config-file} protects it. They trust only the
 * certificate that the file names.
 *
 * @param webConfig the file, absolute; empty for an exporter without TLS and password
 * @param certificate of the exporter, where it speaks TLS
 * @param serverName that the certificate carries, where that is not 127.0.0.1
 * @param client certificate for an exporter that requests one
 * @param user and its password, where one is asked for
 */
public record ExporterClientAuth(
        Optional<Path> webConfig,
        Optional<Path> certificate,
        Optional<String> serverName,
        Optional<Client> client,
        Optional<User> user) {

    /** Client certificate, its key, and their key managers. */
    public record Client(Path certificate, Path key, List<KeyManager> managers) {}

    /** A user, and the file whose text is the password. */
    public record User(String name, Path passwordFile) {}

    /** An exporter without authentication, over plain HTTP. */
    public static final ExporterClientAuth OPEN = new ExporterClientAuth(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final String WEB_CONFIG = "exporter.web-config-file";
    private static final String USER = "stack.exporter-user";
    /** Names the file with the password. */
    public static final String PASSWORD = "stack.exporter-password-file";

    private static final String CERTIFICATE = "stack.exporter-cert-file";
    private static final String KEY = "stack.exporter-key-file";
    /** Keys of the client's user, password and certificate. */
    public static final List<String> KEYS = List.of(USER, PASSWORD, CERTIFICATE, KEY);

    private static final int DNS = 2;
    private static final int ADDRESS = 7;
    private static final String LOOPBACK = "127.0.0.1";

    /** Reads the keys; problems are added to {@code config}. Paths are relative to the current directory. */
    public static ExporterClientAuth from(Config config) {
        Optional<Path> file = path(config, WEB_CONFIG);
        Optional<String> userKey = config.optionalText(USER);
        Optional<Path> passwordKey = path(config, PASSWORD);
        Optional<Path> shown = path(config, CERTIFICATE);
        Optional<Path> key = path(config, KEY);
        if (file.isEmpty()) {
            return OPEN;
        }
        try {
            WebConfigSummary outline = WebConfigSummary.read(file.get());
            return new ExporterClientAuth(
                    file,
                    outline.certificate(),
                    outline.certificate().flatMap(certificate -> serverName(config, certificate)),
                    client(config, outline.demandsCertificate(), shown, key),
                    user(config, outline.users(), userKey, passwordKey));
        } catch (IOException e) {
            config.problem(WEB_CONFIG, ErrorText.of(e), "a web-config.yml that this user can read");
            return OPEN;
        }
    }

    private static Optional<Path> path(Config config, String key) {
        return config.optionalText(key)
                .map(path -> Path.of(path).toAbsolutePath().normalize());
    }

    private static Optional<Client> client(
            Config config, boolean demanded, Optional<Path> certificate, Optional<Path> key) {
        String expected = "a certificate signed by a CA of web-config.yml's client_ca_file, and its key in " + KEY;
        if (certificate.isEmpty() || key.isEmpty()) {
            if (demanded || certificate.isPresent() || key.isPresent()) {
                config.problem(
                        CERTIFICATE,
                        certificate.map(path -> "'" + path + "' without a key").orElse("nothing"),
                        expected);
            }
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Client(certificate.get(), key.get(), List.of(Pem.keyManagers(certificate.get(), key.get()))));
        } catch (InvalidTlsFileException e) {
            config.problem(CERTIFICATE, e.found(), e.expected());
        } catch (IOException e) {
            config.problem(CERTIFICATE, ErrorText.of(e), expected + ", both readable by this user");
        }
        return Optional.empty();
    }

    private static Optional<User> user(
            Config config, List<String> users, Optional<String> name, Optional<Path> password) {
        if (users.isEmpty()) {
            return Optional.empty();
        }
        String who = name.orElse(users.get(0));
        if (!users.contains(who) || (name.isEmpty() && users.size() > 1)) {
            config.problem(
                    USER,
                    name.map(given -> "'" + given + "'").orElse("nothing"),
                    "the web-config.yml user of Prometheus: " + String.join(" or ", users));
        }
        if (password.isEmpty() || !Files.isReadable(password.get())) {
            config.problem(
                    PASSWORD,
                    password.map(path -> "'" + path + "'").orElse("nothing"),
                    "a file that this user can read, whose text is " + who
                            + "'s password: web-config.yml has only its hash, and Prometheus has to send it");
            return Optional.empty();
        }
        return Optional.of(new User(who, password.get()));
    }

    /** Name that Prometheus, which does not support pinning, expects in the certificate. */
    private static Optional<String> serverName(Config config, Path file) {
        try {
            List<String> names = names(PinnedCertificate.read(file));
            if (names.contains(LOOPBACK)) {
                return Optional.empty();
            }
            if (names.isEmpty()) {
                config.problem(
                        WEB_CONFIG,
                        "a certificate without a name, " + file,
                        "one with a subjectAltName: Prometheus takes no other");
            }
            return names.stream().findFirst().map(name -> name.replaceFirst("^\\*", "avatar"));
        } catch (IOException | CertificateParsingException e) {
            config.problem(WEB_CONFIG, String.valueOf(e.getMessage()), "a certificate that this user can read");
            return Optional.empty();
        }
    }

    private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
        var alternatives = certificate.getSubjectAlternativeNames();
        return alternatives == null
                ? List.of()
                : alternatives.stream()
                        .filter(name -> name.get(0).equals(DNS) || name.get(0).equals(ADDRESS))
                        .map(name -> String.valueOf(name.get(1)))
                        .toList();
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return certificate.isPresent() ? "https" : "http";
    }

    /** For TLS with the exporter; empty without TLS. */
    public Optional<SSLContext> context() {
        KeyManager[] shown = client.map(Client::managers).orElse(List.of()).toArray(KeyManager[]::new);
        return certificate.map(file -> PinnedCertificate.context(file, shown));
    }

    /**
     * Value of the {@code Authorization} header; empty without a user.
     *
     * @throws IOException when the password cannot be read
     */
    public Optional<String> authorization() throws IOException {
        if (user.isEmpty()) {
            return Optional.empty();
        }
        String password;
        try {
            password = BoundedFiles.readString(user.get().passwordFile()).strip();
        } catch (IOException e) {
            throw new IOException(PASSWORD + " cannot be read: " + ErrorText.of(e), e);
        }
        String pair = user.get().name() + ":" + password;
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }
}
