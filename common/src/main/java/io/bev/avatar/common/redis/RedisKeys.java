package io.bev.avatar.common.redis;

/** Redis keys, streams, channels and consumers of the avatar. Other services use these names. */
public final class RedisKeys {

    /** State document, a string. */
    public static final String STATE = "avatar:state";

    /** Stream of state changes. */
    public static final String STATE_UPDATES = "avatar:state:updates";

    /** Stream of OSINT events, and a Pub/Sub channel of the same name. */
    public static final String OSINT_UPDATES = "osint:updates";

    /** Stream of the state changes that could not be applied. */
    public static final String DEAD_STATE_UPDATES = deadLetters(STATE_UPDATES);

    /** Stream of the OSINT events that could not be applied. */
    public static final String DEAD_OSINT_UPDATES = deadLetters(OSINT_UPDATES);

    /** Investigation in progress, a string with an expiry. */
    public static final String CURRENT_INVESTIGATION = "osint:current_investigation";

    /** Pub/Sub channel of texts to speak. */
    public static final String SPEECH = "avatar:say";

    /** List of alert events, newest first, and a Pub/Sub channel of the same name. */
    public static final String ALERTS = "avatar:alerts";

    /** Hash of active alerts by fingerprint. */
    public static final String ACTIVE_ALERTS = "avatar:alerts:active";

    /** Sorted set of published alert events, to publish each once. */
    public static final String SEEN_ALERTS = "avatar:alerts:seen";

    /** Last complete health report, a string with an expiry. */
    public static final String HEALTH_SUMMARY = "avatar:health_summary";

    /** Automatic recovery is disabled while this key exists. */
    public static final String RECOVERY_DISABLED = "avatar:recovery:disabled";

    /** Consumer group of the streams. */
    public static final String GROUP = "renderer";

    /** Consumer in that group; fixed, so that a renderer finds its own pending entries after a restart. */
    public static final String CONSUMER = "renderer";

    private RedisKeys() {}

    /** Stream of the entries of {@code stream} that could not be applied. */
    public static String deadLetters(String stream) {
        return stream + ":dead";
    }

    /** Last result of one health check, a string with an expiry. */
    public static String health(String check) {
        return "avatar:health:" + check;
    }

    /** Key that a write test creates and deletes. */
    public static String writeTest(String id) {
        return "avatar:check:" + id;
    }
}
