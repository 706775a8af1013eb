package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.testkit.Fuzzer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RedisInfoFuzzTest {

    /** Any text is an INFO reply, if not a useful one. */
    @Test
    void info() {
        String valid = """
                # Server
                redis_version:7.0.15
                uptime_in_seconds:5
                # Errorstats
                errorstat_ERR:count=3
                # Keyspace
                db0:keys=3,expires=1,avg_ttl=0
                module:name=a,ver=1
                # Replication
                slave0:ip=10.0.0.1,port=6379,state=online,offset=5,lag=0
                """;
        Fuzzer.run(
                valid.replace("\n", "\r\n"),
                IOException.class,
                input -> RedisInfo.parse(new String(input, StandardCharsets.ISO_8859_1)));
    }
}
