package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Section {@code exporter.recovery}.
 *
 * @param enabled whether automatic recovery is enabled
 * @param actions enabled actions
 * @param controlPasswordFile file whose first line is the password of the renderer's control operations; without it
 *     recovery is disabled
 * @param instance {@code instance} label of this host; empty for the short host name
 */
public record RecoveryConfig(
        boolean enabled, List<RecoveryAction> actions, Optional<Path> controlPasswordFile, Optional<String> instance) {

    public RecoveryConfig {
        actions = List.copyOf(actions);
    }

    /** Reads the section; problems are recorded in {@code config}. */
    public static RecoveryConfig from(Config config) {
        Optional<Path> password =
                config.optionalText("exporter.recovery.control-password-file").map(Path::of);
        password.filter(file -> !Files.isReadable(file))
                .ifPresent(file -> config.problem(
                        "exporter.recovery.control-password-file", "'" + file + "'", "a file readable by this user"));
        return new RecoveryConfig(
                config.flag("exporter.recovery.enabled", true),
                actions(config),
                password,
                config.optionalText("exporter.recovery.instance"));
    }

    private static List<RecoveryAction> actions(Config config) {
        List<RecoveryAction> actions = new ArrayList<>();
        for (String label : config.texts("exporter.recovery.actions", RecoveryAction.labels())) {
            RecoveryAction.of(label)
                    .ifPresentOrElse(
                            actions::add,
                            () -> config.problem(
                                    "exporter.recovery.actions",
                                    "'" + label + "'",
                                    "some of " + String.join(", ", RecoveryAction.labels())));
        }
        return actions;
    }
}
