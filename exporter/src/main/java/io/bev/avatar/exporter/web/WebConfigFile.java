package io.bev.avatar.exporter.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.config.ConfigProblem;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.json.JsonTrees;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.exporter.web.WebConfig.ClientAuth;
import io.bev.avatar.exporter.web.WebConfig.Tls;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Parser of {@code web-config.yml}: {@code tls_server_config}, {@code http_server_config} and {@code basic_auth_users}.
 * Paths are relative to its directory. Unsupported keys are reported as problems, never ignored. No message contains a
 * hash.
 */
final class WebConfigFile {

    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(0[4-9]|[12]\\d|3[01])\\$[./A-Za-z0-9]{53}");
    private static final List<String> VERSIONS = List.of("TLS12", "TLS13");
    private static final Set<String> HEADERS = Set.of(
            "Content-Security-Policy",
            "Strict-Transport-Security",
            "X-Content-Type-Options",
            "X-Frame-Options",
            "X-XSS-Protection");

    private final Path file;
    private final Set<String> suites;
    private final List<ConfigProblem> problems = new ArrayList<>();

    private WebConfigFile(Path file, Set<String> suites) {
        this.file = file;
        this.suites = suites;
    }

    /**
     * @param suites cipher suites supported by this Java runtime
     * @throws ConfigException listing every problem
     */
    static WebConfig read(Path file, Set<String> suites) {
        WebConfigFile reader = new WebConfigFile(file, suites);
        WebConfig config = reader.parse();
        if (!reader.problems.isEmpty()) {
            throw new ConfigException(reader.problems);
        }
        return config;
    }

    private WebConfig parse() {
        JsonNode root = MissingNode.getInstance();
        try {
            root = JsonTrees.YAML.read(BoundedFiles.readString(file));
        } catch (JsonProcessingException e) {
            // The parser's message can quote the file, which contains hashes.
            String found = e.getOriginalMessage().startsWith("Duplicate field") ? "a duplicate key" : "invalid YAML";
            problem("(file)", found + " at line " + line(e), "sections as in exporter-toolkit's web-config.yml");
        } catch (CharacterCodingException e) {
            problem("(file)", "bytes that are not UTF-8", "YAML in UTF-8");
        } catch (IOException e) {
            problem("(file)", ErrorText.of(e), "a file readable by this user");
        }
        known("", root, "tls_server_config", "http_server_config", "basic_auth_users");
        return new WebConfig(
                tls(root.path("tls_server_config")),
                headers(root.path("http_server_config")),
                users(root.path("basic_auth_users")));
    }

    /** Line of the error; the parser's own location is that of the last token. */
    private static int line(JsonProcessingException failure) {
        if (failure.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
            return marked.getProblemMark().getLine() + 1;
        }
        return failure.getLocation() == null ? 1 : failure.getLocation().getLineNr();
    }

    private Optional<Tls> tls(JsonNode node) {
        String at = "tls_server_config";
        known(
                at,
                node,
                "cert_file",
                "key_file",
                "client_auth_type",
                "client_ca_file",
                "cipher_suites",
                "prefer_server_cipher_suites",
                "min_version",
                "max_version");
        if (node.isEmpty()) {
            return Optional.empty();
        }
        Optional<Path> cert = path(at + ".cert_file", node.path("cert_file"));
        Optional<Path> key = path(at + ".key_file", node.path("key_file"));
        Optional<Path> ca = path(at + ".client_ca_file", node.path("client_ca_file"));
        if (cert.isEmpty()) {
            problem(at + ".cert_file", "nothing", "a PEM file with the server's certificate");
        }
        if (key.isEmpty()) {
            problem(at + ".key_file", "nothing", "a PEM file with its private key");
        }
        ClientAuth auth = clientAuth(node.path("client_auth_type").asText(""));
        if (auth.verified() && ca.isEmpty()) {
            problem(at + ".client_ca_file", "nothing", "the issuers' certificates, for " + auth.text());
        }
        if (!auth.verified() && ca.isPresent()) {
            problem(
                    at + ".client_auth_type",
                    auth.text(),
                    "RequireAndVerifyClientCert or VerifyClientCertIfGiven with a client_ca_file");
        }
        boolean serverPrefers = flag(at, node, "prefer_server_cipher_suites", true);
        List<String> versions = versions(at, node);
        List<String> wanted = suites(at, node);
        return cert.isPresent() && key.isPresent()
                ? Optional.of(new Tls(cert.get(), key.get(), auth, ca, versions, wanted, serverPrefers))
                : Optional.empty();
    }

    private ClientAuth clientAuth(String text) {
        // Names as in Go and exporter-toolkit.
        for (ClientAuth known : ClientAuth.values()) {
            if (known.text().equals(text)) {
                return known;
            }
        }
        if (!text.isEmpty()) {
            String expected =
                    Arrays.stream(ClientAuth.values()).map(ClientAuth::text).collect(Collectors.joining(", "));
            problem("tls_server_config.client_auth_type", "'" + text + "'", "one of " + expected);
        }
        return ClientAuth.NO_CLIENT_CERT;
    }

    private List<String> versions(String at, JsonNode node) {
        int from = version(at + ".min_version", node.path("min_version"), 0);
        int to = version(at + ".max_version", node.path("max_version"), VERSIONS.size() - 1);
        if (from > to) {
            problem(at + ".min_version", VERSIONS.get(from), "not above max_version " + VERSIONS.get(to));
            return VERSIONS;
        }
        return VERSIONS.subList(from, to + 1).stream()
                .map(name -> name.replace("TLS1", "TLSv1."))
                .toList();
    }

    private int version(String key, JsonNode node, int fallback) {
        String text = node.asText("");
        int index = text.isEmpty() ? fallback : VERSIONS.indexOf(text);
        if (index < 0) {
            problem(key, "'" + text + "'", "TLS12 or TLS13; older versions are not supported");
            return fallback;
        }
        return index;
    }

    private List<String> suites(String at, JsonNode node) {
        List<String> wanted = new ArrayList<>();
        for (JsonNode item : node.path("cipher_suites")) {
            String name = item.asText();
            // Go omits the hash in the names of these two suites.
            String full = name.endsWith("_CHACHA20_POLY1305") ? name + "_SHA256" : name;
            if (suites.contains(full)) {
                wanted.add(full);
            } else {
                problem(at + ".cipher_suites", "'" + name + "'", "suites supported by this Java runtime");
            }
        }
        return wanted;
    }

    private Map<String, String> headers(JsonNode node) {
        known("http_server_config", node, "http2", "headers");
        if (flag("http_server_config", node, "http2", false)) {
            problem("http_server_config.http2", "true", "false; this server supports HTTP/1.1 only");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        node.path("headers").properties().forEach(header -> {
            String value = header.getValue().asText();
            if (!HEADERS.contains(header.getKey())) {
                problem("http_server_config.headers." + header.getKey(), "an unsupported header", oneOf(HEADERS));
            } else if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
                problem("http_server_config.headers." + header.getKey(), "a control character", "one line of ASCII");
            } else {
                headers.put(header.getKey(), value);
            }
        });
        return headers;
    }

    private Map<String, String> users(JsonNode node) {
        Map<String, String> users = new LinkedHashMap<>();
        if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
            problem("basic_auth_users", "a " + kind(node), "a mapping of user names to bcrypt hashes");
        }
        node.properties().forEach(user -> {
            String name = user.getKey();
            String hash = user.getValue().asText("");
            if (name.isEmpty() || name.contains(":")) {
                problem("basic_auth_users", "user '" + name + "'", "a name without a colon");
            } else if (!BCRYPT.matcher(hash).matches()) {
                problem(
                        "basic_auth_users." + name,
                        "not a bcrypt hash",
                        "a bcrypt hash such as htpasswd -nBC 10 " + name + " prints after the colon");
            } else {
                users.put(name, hash);
            }
        });
        return users;
    }

    private void known(String at, JsonNode node, String... keys) {
        if (node.isMissingNode() || node.isNull()) {
            return;
        }
        if (!node.isObject()) {
            problem(at.isEmpty() ? "(file)" : at, "a " + kind(node), "a mapping with " + oneOf(Set.of(keys)));
            return;
        }
        Set<String> known = Set.of(keys);
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                problem(at.isEmpty() ? name : at + "." + name, "an unsupported key", oneOf(known));
            }
        });
    }

    private Optional<Path> path(String key, JsonNode node) {
        String text = node.asText("");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Path path = file.toAbsolutePath().resolveSibling(text).normalize();
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            problem(key, "'" + path + "'", "a file readable by this user");
        }
        return Optional.of(path);
    }

    private boolean flag(String at, JsonNode node, String name, boolean fallback) {
        JsonNode value = node.path(name);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            problem(at + "." + name, "a " + kind(value), "true or false");
        }
        return value.asBoolean(fallback);
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "list";
            case OBJECT -> "mapping";
            case STRING -> "text";
            default -> node.getNodeType().toString().toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static String oneOf(Set<String> names) {
        return "one of " + names.stream().sorted().collect(Collectors.joining(", "));
    }

    private void problem(String key, String found, String expected) {
        problems.add(new ConfigProblem(key, found, expected, file.toString()));
    }
}
