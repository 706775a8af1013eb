package io.bev.avatar.exporter;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.log.LoggingConfig;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.exporter.collector.systemd.SystemdCollector;
import io.bev.avatar.exporter.config.AlertmanagerConfig;
import io.bev.avatar.exporter.config.CheckConfig;
import io.bev.avatar.exporter.config.ExporterConfig;
import io.bev.avatar.exporter.config.GpuSetupConfig;
import io.bev.avatar.exporter.config.HealthConfig;
import io.bev.avatar.exporter.config.McpConfig;
import io.bev.avatar.exporter.config.RecoveryConfig;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All configuration sections used by the exporter.
 *
 * @param redis empty if Redis is disabled
 * @param systemBus D-Bus address of the system bus
 */
public record ExporterConfigs(
        ExporterConfig exporter,
        Optional<RedisConfig> redis,
        McpConfig mcp,
        CheckConfig check,
        HealthConfig health,
        RecoveryConfig recovery,
        AlertmanagerConfig alertmanager,
        LoggingConfig logging,
        GpuSetupConfig gpuSetup,
        String systemBus) {

    static final Set<String> SECTIONS = Set.of("exporter", "mcp", "redis", "logging", GpuSetupConfig.SECTION);

    /**
     * Reads the exporter's sections.
     *
     * @throws io.bev.avatar.common.config.ConfigException listing every problem
     */
    public static ExporterConfigs from(Config config, Map<String, String> environment) {
        ExporterConfigs settings = new ExporterConfigs(
                ExporterConfig.from(config),
                RedisConfig.from(config),
                McpConfig.from(config),
                CheckConfig.from(config),
                HealthConfig.from(config),
                RecoveryConfig.from(config),
                AlertmanagerConfig.from(config),
                LoggingConfig.from(config),
                GpuSetupConfig.from(config),
                SystemdCollector.systemBus(environment));
        config.finish(SECTIONS.toArray(String[]::new));
        return settings;
    }
}
