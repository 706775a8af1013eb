package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bev.avatar.common.alert.AlertReceivers;
import io.bev.avatar.common.config.Config;
import io.bev.avatar.e2e.alerting.RuleFiles.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routing of alerts to receivers, checked with amtool. */
class AlertmanagerRoutesTest {

    private static final Pattern NAME_MATCHER = Pattern.compile("alertname *(=~?|!~) *\"?([^\"]*)\"?");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void configuration_isValid() throws Exception {
        RuleFiles.run(RuleFiles.DIRECTORY, "amtool", "check-config", "alertmanager.yml")
                .succeeded();
    }

    @Test
    void everySeverity_reachesExporterAndItsRoute() throws Exception {
        routed("alertmanager.yml", "avatar-exporter,on-call", "severity=critical", "alertname=AvatarX");
        routed("alertmanager.yml", "avatar-exporter,chat", "severity=warning", "alertname=AvatarX");
        routed("alertmanager.yml", "avatar-exporter,null", "severity=info", "alertname=AvatarX");
        routed("alertmanager.yml", "avatar-exporter", "severity=info", "alertname=AvatarWatchdog");
    }

    @Test
    void alertWithRecovery_reachesRecoveryAndAllOtherReceivers() throws Exception {
        routed(
                "alertmanager.yml",
                "avatar-recovery,avatar-exporter,on-call",
                "severity=critical",
                "alertname=AvatarX",
                "recovery=trim_gpu_memory");
    }

    @Test
    void everyDestination_givesValidConfiguration_andIsCounted() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "s");
        String settings = """
                stack:
                  mail-to: a@example.org, b@example.org
                  mail-server: mail.example.org:587
                  mail-user: avatar
                  mail-password-file: %1$s
                  slack-url-file: %1$s
                  webhook-url: https://ntfy.example.org/avatar
                  webhook-token-file: %1$s
                """.formatted(secret);
        String shipped = Files.readString(RuleFiles.DIRECTORY.resolve("alertmanager.yml"));
        String none = AlertReceivers.from(Config.of("{}", "test", Map.of())).applyTo(shipped, (name, file) -> name);
        String used = AlertReceivers.from(Config.of(settings, "test", Map.of()))
                .applyTo(shipped, (name, file) -> file.toString());
        Files.copy(RuleFiles.DIRECTORY.resolve("avatar.tmpl"), directory.resolve("avatar.tmpl"));
        Path file = Files.writeString(directory.resolve("used.yml"), used);

        RuleFiles.run(directory, "amtool", "check-config", file.toString()).succeeded();
        assertThat(none).isEqualTo(shipped);
        assertThat(AlertReceivers.configuredIn(shipped)).isEmpty();
        assertThat(AlertReceivers.configuredIn(used)).containsExactly("email", "slack", "webhook");
        assertThat(used.split("email_configs:", -1))
                .as("critical and warning alerts")
                .hasSize(3);
    }

    @Test
    void secrets_areReadFromFiles() throws IOException {
        assertThat(RuleFiles.DIRECTORY.resolve("alertmanager.yml"))
                .content()
                .doesNotContainPattern("(?m)^[ #]*(auth_password|api_url|credentials|password|bearer_token):");
    }

    @Test
    void inhibition_namesOnlyExistingAlerts() throws IOException {
        Set<String> alerts = new TreeSet<>();
        RuleFiles.alerts().stream().map(Rule::name).forEach(alerts::add);
        for (JsonNode rule : inhibitions()) {
            assertThat(rule.path("equal").toString()).contains("instance");
            for (String side : List.of("source_matchers", "target_matchers")) {
                for (JsonNode matcher : rule.path(side)) {
                    Matcher name = NAME_MATCHER.matcher(matcher.asText());
                    if (name.matches()) {
                        for (String one : name.group(2).split("\\|", -1)) {
                            assertThat(alerts).as(matcher.asText()).anyMatch(alert -> alert.matches(one));
                        }
                    }
                }
            }
        }
    }

    private static List<JsonNode> inhibitions() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        RuleFiles.YAML
                .readTree(RuleFiles.DIRECTORY.resolve("alertmanager.yml").toFile())
                .path("inhibit_rules")
                .forEach(rules::add);
        assertThat(rules).isNotEmpty();
        return rules;
    }

    private static void routed(String config, String receivers, String... labels) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "amtool", "config", "routes", "test", "--config.file=" + config, "--verify.receivers=" + receivers));
        command.addAll(List.of(labels));
        RuleFiles.run(RuleFiles.DIRECTORY, command.toArray(new String[0])).succeeded();
    }
}
