package io.bev.avatar.exporter.check;

import io.bev.avatar.common.redis.RedisKeys;
import io.bev.avatar.exporter.redis.RedisKeyValues;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Checks that a key can be written, read and deleted in Redis. The key is unique to this check and expires. A disabled
 * Redis is OK and reported as such.
 */
public final class RedisCheck implements Check {

    private static final Duration TTL = Duration.ofSeconds(30);

    private final Optional<RedisKeyValues> redis;
    private final String where;

    /**
     * @param redis empty if Redis is disabled
     * @param where address without the password
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
                    "disabled (redis.url is empty): state is only in the renderer's journal and alerts are not"
                            + " published",
                    "Redis, or an empty redis.url"));
        }
        return List.of(writeReadDelete(redis.get()));
    }

    private CheckResult writeReadDelete(RedisKeyValues redis) throws InterruptedException {
        String expected = "Redis accepts connections, writes, reads and deletes";
        String key = RedisKeys.writeTest(UUID.randomUUID().toString());
        String step = "connecting and writing";
        try {
            redis.set(Map.of(key, key), TTL);
            step = "reading";
            Optional<String> read = redis.get(key);
            step = "deleting";
            boolean deleted = redis.delete(key);
            return CheckResult.of(
                    deleted && read.equals(Optional.of(key)),
                    name(),
                    deleted ? "write, read, delete at " + where : where + " lost a key between write and delete",
                    expected,
                    "check 'maxmemory-policy' and other clients of this Redis");
        } catch (IOException e) {
            return CheckResult.failure(
                    name(),
                    step + ": " + e.getMessage(),
                    expected,
                    "start Redis ('systemctl start redis-server'), or fix redis.url (BEV_REDIS_URL)");
        }
    }
}
