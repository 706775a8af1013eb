package io.bev.avatar.renderer.state;

import java.time.Duration;

/** Names in Redis that the renderer shares with others. */
final class RedisKeys {

    static final String STATE = "avatar:state";
    static final String STATE_UPDATES = "avatar:state:updates";
    /** A stream, and a channel of the same name. */
    static final String OSINT_UPDATES = "osint:updates";

    static final String CURRENT_INVESTIGATION = "osint:current_investigation";
    static final Duration INVESTIGATION_TTL = Duration.ofHours(1);

    /** The consumer group on the streams. */
    static final String GROUP = "renderer";
    /** Always the same name, so that a renderer finds its own pending entries after a restart. */
    static final String CONSUMER = "renderer";

    private RedisKeys() {}
}
