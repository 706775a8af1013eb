package io.bev.avatar.common.tls;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.json.JsonTrees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A client's view of the exporter's {@code web-config.yml}; the exporter itself validates the file.
 *
 * @param certificate the server's, where it speaks TLS
 * @param users with access; empty when no password is required
 * @param demandsCertificate whether a client certificate is required
 */
public record WebConfigSummary(Optional<Path> certificate, List<String> users, boolean demandsCertificate) {

    public WebConfigSummary {
        users = List.copyOf(users);
    }

    /** @throws IOException when the file cannot be read, or is no YAML; the message shows no hash */
    public static WebConfigSummary read(Path file) throws IOException {
        JsonNode root;
        try {
            root = JsonTrees.YAML.read(BoundedFiles.readString(file));
        } catch (JsonProcessingException e) {
            // The parser's own words can quote the file, and the file holds hashes.
            throw new IOException("no YAML in " + file);
        }
        JsonNode tls = root.path("tls_server_config");
        String certificate = tls.path("cert_file").asText("");
        List<String> users = new ArrayList<>();
        root.path("basic_auth_users").fieldNames().forEachRemaining(users::add);
        return new WebConfigSummary(
                certificate.isEmpty()
                        ? Optional.empty()
                        : Optional.of(file.toAbsolutePath()
                                .resolveSibling(certificate)
                                .normalize()),
                users,
                tls.path("client_auth_type").asText("").startsWith("Require"));
    }
}
