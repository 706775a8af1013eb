package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.common.tls.PinnedCertificate;
import io.bev.avatar.common.tls.UnusableFileException;
import io.bev.avatar.common.tls.WebConfigOutline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import javax.net.ssl.KeyManager;

/**
 * How this run's own clients, the readiness probe, Prometheus and Alertmanager, reach an exporter that {@code
 * exporter.web-config-file} guards. They trust the certificate that the file names and nothing else.
 *
 * @param webConfig the file, absolute; empty for an exporter without TLS and password
 * @param certificate of the exporter, where it speaks TLS
 * @param serverName that the certificate carries, where that is not 127.0.0.1
 * @param client what is shown to an exporter that asks for a certificate
 * @param user and its password, where one is asked for
 */
record ExporterAccess(
        Optional<Path> webConfig,
        Optional<Path> certificate,
        Optional<String> serverName,
        Optional<Client> client,
        Optional<User> user) {

    /** A certificate to show, its key, and what shows them. */
    record Client(Path certificate, Path key, List<KeyManager> managers) {}

    /** A user, and the file whose text is the password. */
    record User(String name, Path passwordFile) {}

    /** An exporter that anybody may read over plain HTTP. */
    static final ExporterAccess OPEN = new ExporterAccess(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final String WEB_CONFIG = "exporter.web-config-file";
    private static final String USER = "stack.exporter-user";
    private static final String PASSWORD = "stack.exporter-password-file";
    private static final String CERTIFICATE = "stack.exporter-cert-file";
    private static final String KEY = "stack.exporter-key-file";
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int DNS = 2;
    private static final int ADDRESS = 7;
    private static final String LOOPBACK = "127.0.0.1";

    /** Reads the keys; problems are noted in {@code config}. Paths are relative to the current folder. */
    static ExporterAccess from(Config config) {
        Optional<Path> file = path(config, WEB_CONFIG);
        Optional<String> userKey = config.optionalText(USER);
        Optional<Path> passwordKey = path(config, PASSWORD);
        Optional<Path> shown = path(config, CERTIFICATE);
        Optional<Path> key = path(config, KEY);
        if (file.isEmpty()) {
            return OPEN;
        }
        try {
            WebConfigOutline outline = WebConfigOutline.read(file.get());
            return new ExporterAccess(
                    file,
                    outline.certificate(),
                    outline.certificate().flatMap(certificate -> serverName(config, certificate)),
                    client(config, outline.demandsCertificate(), shown, key),
                    user(config, outline.users(), userKey, passwordKey));
        } catch (IOException e) {
            config.problem(WEB_CONFIG, e.toString(), "a web-config.yml that this user can read");
            return OPEN;
        }
    }

    private static Optional<Path> path(Config config, String key) {
        return config.optionalText(key)
                .map(path -> Path.of(path).toAbsolutePath().normalize());
    }

    private static Optional<Client> client(
            Config config, boolean demanded, Optional<Path> certificate, Optional<Path> key) {
        String expected = "a certificate that web-config.yml's client_ca_file vouches for, and its key in " + KEY;
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
        } catch (UnusableFileException e) {
            config.problem(CERTIFICATE, e.found(), e.expected());
        } catch (IOException e) {
            config.problem(CERTIFICATE, e.toString(), expected + ", both readable by this user");
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
                    "the user of web-config.yml as whom Prometheus scrapes: " + String.join(" or ", users));
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

    /** What Prometheus, which knows no pinning, shall look for in the certificate. */
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
    String scheme() {
        return certificate.isPresent() ? "https" : "http";
    }

    /** A probe that gets in. */
    Probe probe() {
        KeyManager[] shown = client.map(Client::managers).orElse(List.of()).toArray(KeyManager[]::new);
        return new Probe(certificate.map(file -> PinnedCertificate.context(file, shown)), this::authorization);
    }

    /**
     * Whether the exporter is ready.
     *
     * @throws LaunchException when it refuses the password, which no waiting mends
     */
    boolean ready(Probe probe, String url) throws InterruptedException, LaunchException {
        int status = probe.status(url).orElse(0);
        if (status == UNAUTHORIZED && user.isPresent()) {
            throw new LaunchException(
                    ExitCodes.CONFIG,
                    "the exporter refuses " + user.get().name() + "'s password in "
                            + user.get().passwordFile() + ": write into " + PASSWORD
                            + " the password whose hash is in "
                            + webConfig.map(Path::toString).orElse("web-config.yml"));
        }
        return status == OK;
    }

    private Optional<String> authorization() throws IOException {
        if (user.isEmpty()) {
            return Optional.empty();
        }
        String pair = user.get().name() + ":"
                + Files.readString(user.get().passwordFile()).strip();
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    /** Adds to a Prometheus configuration how its jobs {@code avatar} and {@code avatar-probes} get in. */
    String prometheus(String configuration) {
        String lines = tls("    scheme: https\n    ");
        if (user.isPresent()) {
            lines += "    basic_auth: {username: " + quoted(user.get().name()) + ", password_file: "
                    + quoted(user.get().passwordFile().toString()) + "}\n";
        }
        return configuration.replaceAll(
                "(?m)^( {2}- job_name: avatar(?:-probes)?\\R)", "$1" + Matcher.quoteReplacement(lines));
    }

    /** Adds to an Alertmanager configuration how its webhooks get in; what they need besides is the token they have. */
    String alertmanager(String configuration) {
        return configuration.replaceAll(
                "(?m)^( {8}http_config:\\R)", "$1" + Matcher.quoteReplacement(tls("          ")));
    }

    private String tls(String before) {
        return certificate
                .map(file -> before + "tls_config: {ca_file: " + quoted(file.toString())
                        + serverName
                                .map(name -> ", server_name: " + quoted(name))
                                .orElse("")
                        + client.map(own -> ", cert_file: "
                                        + quoted(own.certificate().toString()) + ", key_file: "
                                        + quoted(own.key().toString()))
                                .orElse("")
                        + "}\n")
                .orElse("");
    }

    /** A double-quoted scalar of YAML. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
