package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.redis.RedisKeyValues;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether Redis takes a key, gives it back and removes it. The key is of this check alone and vanishes by itself. A Redis that is
 * switched off is no fault, and is said.
 */
public final class RedisCheck implements Check {

    private static final Duration LIFE = Duration.ofSeconds(30);

    private final Optional<RedisKeyValues> redis;
    private final String where;

    /**
     * @param redis empty where none is to be used
     * @param where its address, without the password
     */
    public RedisCheck(Optional<RedisKeyValues> redis, String where) {
        this.redis = redis;
        this.where = where;
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public List<CheckResult> run() throws InterruptedException {
        if (redis.isEmpty()) {
            return List.of(CheckResult.ok(
                    name(),
                    "off, since redis.url is empty: state is kept in the renderer's journal alone, alerts are published"
                            + " nowhere",
                    "Redis, or an empty redis.url"));
        }
        return List.of(writeReadDelete(redis.get()));
    }

    private CheckResult writeReadDelete(RedisKeyValues redis) throws InterruptedException {
        String expected = "Redis that connects, writes, reads and deletes";
        String key = "avatar:check:" + UUID.randomUUID();
        String step = "connecting and writing";
        try {
            redis.set(Map.of(key, key), LIFE);
            step = "reading";
            Optional<String> read = redis.get(key);
            step = "deleting";
            boolean deleted = redis.delete(key);
            return CheckResult.of(
                    deleted && read.equals(Optional.of(key)),
                    name(),
                    deleted ? "write, read, delete at " + where : where + " lost a key between writing and deleting",
                    expected,
                    "see 'maxmemory-policy' and what else writes there");
        } catch (IOException e) {
            return CheckResult.failure(
                    name(),
                    step + ": " + e.getMessage(),
                    expected,
                    "start Redis ('systemctl start redis-server'), or mend redis.url (BEV_REDIS_URL)");
        }
    }
}
