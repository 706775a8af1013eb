package io.bev.avatar.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.process.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackFilesTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path root;

    @Test
    void preparePrometheus_oldVersion_getsCompatibleRules() throws IOException {
        Path rules = Files.createDirectories(root.resolve("alerting-rules"));
        Files.writeString(rules.resolve("a.rules.yml"), "- alert: A\n  expr: up\n  keep_firing_for: 1m\n  for: 1s\n");
        assertThat(files().preparePrometheus(false).resolve("a.rules.yml"))
                .content()
                .isEqualTo("- alert: A\n  expr: up\n  for: 1s\n");
        assertThat(files().preparePrometheus(true).resolve("a.rules.yml"))
                .content()
                .contains("keep_firing_for: 1m");
    }

    @Test
    void preparePrometheus_targetsHavePortsAndHostName() throws IOException {
        Files.createDirectories(root.resolve("alerting-rules"));
        assertThat(files().preparePrometheus(true).resolve("targets/avatar.yml"))
                .content()
                .contains("127.0.0.1:9999")
                .contains("instance: '" + HostName.read(Path.of("/proc")).instance() + "'");
    }

    @Test
    void settings_addDestinationForPeople_andLinkRunbooksOfThisExporter() throws IOException {
        Path rules = Files.createDirectories(root.resolve("alerting-rules"));
        Files.writeString(rules.resolve("alertmanager.yml"), "receivers:\n  - name: on-call\n  - name: chat\n");
        Files.writeString(rules.resolve("avatar.tmpl"), "texts");
        Files.writeString(
                rules.resolve("prometheus.yml"),
                "global:\n  external_labels:\n    runbooks: 'a'\n    dashboards: 'b'\n");

        Path alertmanager = files("BEV_STACK_WEBHOOK_URL", "https://ntfy.example.org/avatar")
                .prepareAlertmanager();

        assertThat(alertmanager.resolve("alertmanager.yml"))
                .content()
                .contains("  - name: on-call\n    webhook_configs:", "- url: \"https://ntfy.example.org/avatar\"");
        assertThat(alertmanager.resolve("avatar.tmpl")).hasContent("texts");
        assertThat(files().preparePrometheus(true).resolve("prometheus.yml"))
                .content()
                .contains("    runbooks: 'http://127.0.0.1:9999/runbooks'\n    dashboards: 'http://127.0.0.1:3000'\n");
    }

    @Test
    void secret_isCreatedOnce_readableOnlyByOwner() throws IOException {
        Path secret = files().secret("control-password");
        String first = Files.readString(secret);
        assertThat(first).hasSize(48);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(files().secret("control-password"))).isEqualTo(first);
    }

    private StackFiles files() {
        return files("BEV_UNUSED", "");
    }

    private StackFiles files(String variable, String value) {
        Map<String, String> environment = Map.of("BEV_EXPORTER_PORT", "9999", variable, value);
        return new StackFiles(root, StackConfig.from(Config.of("", "avatar.yaml", environment), root, environment));
    }
}
