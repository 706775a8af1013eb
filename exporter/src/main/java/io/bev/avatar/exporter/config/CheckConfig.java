package io.bev.avatar.exporter.config;

import io.bev.avatar.common.config.Config;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Section {@code exporter.check}: requirements of the machine. Sizes are in GB of 10^9 bytes.
 *
 * @param user required user; if empty, any user except root
 * @param diskFreeGb minimum free disk space where state and logs are written
 * @param memoryAvailableGb minimum available memory (MemAvailable)
 * @param driverVersion minimum version of the NVIDIA driver
 * @param cudaVersion minimum CUDA version of the driver
 * @param gpuMemoryFreeGb minimum free GPU memory
 * @param javaVersion minimum Java version
 * @param docker whether Docker is required
 * @param dockerSocket path of the Docker socket
 * @param mcp whether the MCP server is required
 */
public record CheckConfig(
        Optional<String> user,
        double diskFreeGb,
        double memoryAvailableGb,
        String driverVersion,
        String cudaVersion,
        double gpuMemoryFreeGb,
        int javaVersion,
        Requirement docker,
        Path dockerSocket,
        Requirement mcp) {

    private static final double MAX_GB = 1e6;
    private static final Pattern VERSION = Pattern.compile("\\d{1,9}(\\.\\d{1,9}){0,3}");

    /** Reads the section; problems are recorded in {@code config}. */
    public static CheckConfig from(Config config) {
        return new CheckConfig(
                config.optionalText("exporter.check.user"),
                config.number("exporter.check.disk-free-gb", 10, 0, MAX_GB),
                config.number("exporter.check.memory-available-gb", 8, 0, MAX_GB),
                version(config, "exporter.check.driver-version", "525.60.11"),
                version(config, "exporter.check.cuda-version", "12.0"),
                config.number("exporter.check.gpu-memory-free-gb", 12, 0, MAX_GB),
                config.integer("exporter.check.java-version", 17, 17, 1000),
                config.choice("exporter.check.docker", Requirement.class, Requirement.OPTIONAL),
                Path.of(config.text("exporter.check.docker-socket", "/var/run/docker.sock")),
                config.choice("exporter.check.mcp", Requirement.class, Requirement.OPTIONAL));
    }

    private static String version(Config config, String key, String fallback) {
        String text = config.text(key, fallback);
        if (!VERSION.matcher(text).matches()) {
            config.problem(key, "'" + text + "'", "a version such as " + fallback);
            return fallback;
        }
        return text;
    }
}
