package io.bev.avatar.renderer;

import io.bev.avatar.common.config.Config;
import io.bev.avatar.common.log.LoggingConfig;
import io.bev.avatar.common.redis.RedisAddress;
import io.bev.avatar.common.redis.RedisConfig;
import io.bev.avatar.renderer.config.GpuConfig;
import io.bev.avatar.renderer.config.PageConfig;
import io.bev.avatar.renderer.config.RendererConfig;
import io.bev.avatar.renderer.expression.ExpressionConfig;
import io.bev.avatar.renderer.mcp.FollowConfig;
import io.bev.avatar.renderer.speech.SpeechConfig;
import io.bev.avatar.renderer.state.OsintConfig;
import io.bev.avatar.renderer.state.StateConfig;
import io.bev.avatar.renderer.stream.StreamConfig;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All configuration sections used by the renderer. */
public record RendererSettings(
        RendererConfig renderer,
        StreamConfig stream,
        PageConfig page,
        GpuConfig gpu,
        StateConfig state,
        OsintConfig osint,
        ExpressionConfig expression,
        SpeechConfig speech,
        FollowConfig follow,
        Optional<RedisConfig> redis,
        LoggingConfig logging) {

    static final Set<String> SECTIONS =
            Set.of("renderer", "stream", "page", "gpu", "state", "osint", "expression", "redis", "logging");

    /**
     * Reads the file named by {@code BEV_AVATAR_CONFIG} and the environment.
     *
     * @throws io.bev.avatar.common.config.ConfigException listing all problems found
     */
    public static RendererSettings load(Map<String, String> environment) {
        return from(Config.load(environment));
    }

    /** See {@link #load}. */
    public static RendererSettings from(Config config) {
        RendererSettings settings = new RendererSettings(
                RendererConfig.from(config),
                StreamConfig.from(config),
                PageConfig.from(config),
                GpuConfig.from(config),
                StateConfig.from(config),
                OsintConfig.from(config),
                ExpressionConfig.from(config),
                SpeechConfig.from(config),
                FollowConfig.from(config),
                redis(config),
                LoggingConfig.from(config));
        config.finish(SECTIONS.toArray(String[]::new));
        return settings;
    }

    private static Optional<RedisConfig> redis(Config config) {
        Optional<RedisConfig> redis = RedisConfig.from(config);
        redis.map(RedisConfig::address)
                .filter(RedisAddress::cluster)
                .ifPresent(cluster -> config.problem(
                        "redis.url",
                        "a Cluster, " + cluster,
                        "one server or Sentinel: the renderer reads two streams in one command, which Redis Cluster"
                                + " does not support"));
        return redis;
    }
}
