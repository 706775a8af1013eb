package io.bev.avatar.renderer.state;

import java.time.Duration;

/** Redis keys and channels shared with other services. */
final class RedisKeys {

    static final String STATE = "avatar:state";
    static final String STATE_UPDATES = "avatar:state:updates";
    /** A stream and a pub/sub channel of the same name. */
    static final String OSINT_UPDATES = "osint:updates";

    static final String CURRENT_INVESTIGATION = "osint:current_investigation";
    static final Duration INVESTIGATION_TTL = Duration.ofHours(1);

    /** Consumer group of the streams. */
    static final String GROUP = "renderer";
    /** Fixed, so that a renderer finds its own pending entries after a restart. */
    static final String CONSUMER = "renderer";

    private RedisKeys() {}
}
