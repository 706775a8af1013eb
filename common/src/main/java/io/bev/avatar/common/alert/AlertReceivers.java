package io.bev.avatar.common.alert;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.json.JsonTrees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Destinations of notifications for people, from the section {@code stack}: {@code mail-to}, {@code slack-url-file} and
 * {@code webhook-url} each switch one on. Secrets are read from files by Alertmanager alone.
 *
 * @param mail recipients and mail server
 * @param slackUrlFile file whose text is the address of a Slack-compatible incoming webhook
 * @param webhook any HTTP receiver of Alertmanager's JSON, such as ntfy
 */
public record AlertReceivers(Optional<Mail> mail, Optional<Path> slackUrlFile, Optional<Webhook> webhook) {

    /** Text of commands and pages while no person is notified. */
    public static final String NONE = "no receiver configured: alerts reach Redis and this page alone";

    /** How that changes. */
    public static final String REMEDY =
            "set stack.mail-to, stack.slack-url-file or stack.webhook-url in avatar.yaml, then run 'avatar alert test'";

    /** Receivers of the shipped Alertmanager configuration that notify people; both get every destination. */
    private static final List<String> FOR_PEOPLE = List.of("on-call", "chat");

    private static final String MAIL_TO = "stack.mail-to";
    private static final String SLACK = "stack.slack-url-file";
    private static final String WEBHOOK = "stack.webhook-url";
    /** Ends each added line, so that {@code avatar stack enable} can distinguish them from those of an operator. */
    private static final String MARK = "  # avatar.yaml";

    private static final Pattern MARKED = Pattern.compile("(?m).+$");
    private static final Pattern ADDRESS = Pattern.compile("[^@\\s,]+@[^@\\s,]+");
    private static final Pattern SERVER = Pattern.compile("[^:\\s]+:\\d{1,5}");

    /**
     * Mail through an SMTP server.
     *
     * @param to one or more addresses, separated by commas
     * @param server host and port
     * @param user of the server; empty for a server that asks for none, to which the connection may be unencrypted
     */
    public record Mail(String to, String from, String server, Optional<String> user, Optional<Path> passwordFile) {}

    /** Address of a receiver, and the file with its bearer token, if it asks for one. */
    public record Webhook(URI url, Optional<Path> tokenFile) {}

    /** Reads the keys; problems are added to {@code config}. Paths are relative to the current directory. */
    public static AlertReceivers from(Config config) {
        String from = config.text("stack.mail-from", "avatar@localhost");
        String server = config.text("stack.mail-server", "127.0.0.1:25");
        Optional<String> user = config.optionalText("stack.mail-user");
        Optional<Path> password = secret(config, "stack.mail-password-file");
        Optional<Mail> mail = config.optionalText(MAIL_TO).map(to -> new Mail(to, from, server, user, password));
        mail.ifPresent(wanted -> check(config, wanted));
        Optional<Path> token = secret(config, "stack.webhook-token-file");
        Optional<Webhook> webhook = config.optionalText(WEBHOOK)
                .flatMap(url -> address(config, url))
                .map(url -> new Webhook(url, token));
        return new AlertReceivers(mail, secret(config, SLACK), webhook);
    }

    private static void check(Config config, Mail mail) {
        for (String to : mail.to().split(",", -1)) {
            if (!ADDRESS.matcher(to.strip()).matches()) {
                config.problem(MAIL_TO, to, "mail addresses such as operator@example.org, separated by commas");
            }
        }
        if (!SERVER.matcher(mail.server()).matches()) {
            config.problem("stack.mail-server", mail.server(), "host and port, such as mail.example.org:587");
        }
        if (mail.user().isPresent() != mail.passwordFile().isPresent()) {
            config.problem(
                    "stack.mail-user",
                    mail.user().orElse("nothing"),
                    "both mail-user and mail-password-file, or neither");
        }
    }

    private static Optional<URI> address(Config config, String url) {
        try {
            URI address = URI.create(url);
            if (address.getHost() != null && List.of("http", "https").contains(address.getScheme())) {
                return Optional.of(address);
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        config.problem(WEBHOOK, url, "a URL such as https://ntfy.sh/TOPIC");
        return Optional.empty();
    }

    private static Optional<Path> secret(Config config, String key) {
        return config.optionalText(key).map(text -> {
            Path file = Path.of(text).toAbsolutePath().normalize();
            if (!Files.isRegularFile(file)) {
                config.problem(key, text, "a file with the secret, readable by Alertmanager only");
            }
            return file;
        });
    }

    /** The destinations in words, such as {@code mail to operator@example.org}; empty if there are none. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        mail.ifPresent(m -> names.add("mail to " + m.to()));
        slackUrlFile.ifPresent(file -> names.add("Slack"));
        webhook.ifPresent(w -> names.add("webhook " + w.url().getHost()));
        return names;
    }

    /** Secret files by the name under which a service manager may pass them to Alertmanager. */
    public Map<String, Path> secrets() {
        Map<String, Path> secrets = new LinkedHashMap<>();
        mail.flatMap(Mail::passwordFile).ifPresent(file -> secrets.put("mail-password", file));
        slackUrlFile.ifPresent(file -> secrets.put("slack-url", file));
        webhook.flatMap(Webhook::tokenFile).ifPresent(file -> secrets.put("webhook-token", file));
        return secrets;
    }

    /**
     * Adds the destinations to the shipped Alertmanager configuration.
     *
     * @param configuration text of {@code alertmanager.yml}
     * @param secretPath path under which Alertmanager reads a secret, from its name and file
     */
    public String applyTo(String configuration, BiFunction<String, Path, String> secretPath) {
        String lines = integrations(secretPath);
        String result = configuration;
        for (String receiver : FOR_PEOPLE) {
            result =
                    result.replaceAll("(?m)^( {2}- name: " + receiver + "\\R)", "$1" + Matcher.quoteReplacement(lines));
        }
        return result;
    }

    private String integrations(BiFunction<String, Path, String> secretPath) {
        StringBuilder yaml = new StringBuilder();
        mail.ifPresent(m -> {
            yaml.append("    email_configs:\n      - to: ").append(quoted(m.to()));
            yaml.append("\n        from: ").append(quoted(m.from()));
            yaml.append("\n        smarthost: ").append(quoted(m.server()));
            m.user().ifPresent(user -> yaml.append("\n        auth_username: ").append(quoted(user)));
            m.passwordFile()
                    .ifPresent(file -> yaml.append("\n        auth_password_file: ")
                            .append(quoted(secretPath.apply("mail-password", file))));
            yaml.append("\n        require_tls: ").append(m.user().isPresent());
            yaml.append("""

                        send_resolved: true
                        headers: {Subject: '{{ template "avatar.title" . }}'}
                        html: '{{ template "avatar.html" . }}'
                        text: '{{ template "avatar.text" . }}'
                """);
        });
        slackUrlFile.ifPresent(file -> yaml.append("    slack_configs:\n      - api_url_file: ")
                .append(quoted(secretPath.apply("slack-url", file)))
                .append("""

                            send_resolved: true
                            title: '{{ template "avatar.title" . }}'
                            title_link: '{{ template "avatar.link" . }}'
                            text: '{{ template "avatar.text" . }}'
                    """));
        webhook.ifPresent(w -> {
            yaml.append("    webhook_configs:\n      - url: ")
                    .append(quoted(w.url().toString()));
            yaml.append("\n        send_resolved: true\n");
            w.tokenFile()
                    .ifPresent(file -> yaml.append("        http_config: {authorization: {credentials_file: ")
                            .append(quoted(secretPath.apply("webhook-token", file)))
                            .append("}}\n"));
        });
        return MARKED.matcher(yaml).replaceAll("$0" + MARK);
    }

    /**
     * Kinds of the destinations for people in an Alertmanager configuration, such as {@code email}: the integrations of all
     * receivers but those of the exporter, whose names begin with {@code avatar-}.
     *
     * @throws IOException if the text is not YAML
     */
    public static List<String> configuredIn(String configuration) throws IOException {
        TreeSet<String> kinds = new TreeSet<>();
        for (JsonNode receiver : JsonTrees.YAML.read(configuration).path("receivers")) {
            if (!receiver.path("name").asText().startsWith("avatar-")) {
                receiver.properties().forEach(entry -> {
                    if (entry.getKey().endsWith("_configs") && !entry.getValue().isEmpty()) {
                        kinds.add(entry.getKey().replace("_configs", ""));
                    }
                });
            }
        }
        return List.copyOf(kinds);
    }

    /** A double-quoted scalar of YAML. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
