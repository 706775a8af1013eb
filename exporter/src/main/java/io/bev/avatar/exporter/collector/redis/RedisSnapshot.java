package io.bev.avatar.exporter.collector.redis;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What one read of Redis gave.
 *
 * @param info the text of {@code INFO all}
 * @param databases how many databases the server has; empty where it does not tell
 * @param slowlogLength entries in the slow log; empty where it may not be read
 * @param lastSlow the newest entry of the slow log
 * @param streams the streams that exist
 */
record RedisSnapshot(
        String info, OptionalInt databases, OptionalLong slowlogLength, SlowEntry lastSlow, List<StreamState> streams) {

    /**
     * An entry of the slow log.
     *
     * @param id its number, from 0; 0 where there is none
     * @param seconds how long it took; 0 where there is none
     */
    record SlowEntry(long id, double seconds) {}

    /**
     * A stream.
     *
     * @param database label, such as {@code db0}
     * @param length entries
     * @param groups its consumer groups
     */
    record StreamState(String database, String name, long length, List<Group> groups) {}

    /**
     * A consumer group.
     *
     * @param pending delivered and not acknowledged
     * @param lag not delivered yet; empty where Redis cannot tell
     */
    record Group(String name, long pending, OptionalDouble lag) {}
}
