package io.bev.avatar.exporter.collector.redis;

import io.bev.avatar.testkit.Fuzzer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RedisInfoFuzzTest {

    /** Any text is an INFO reply, if not a useful one. */
    @Test
    void info() {
        String valid = "# Server\r\nredis_version:7.0.15\r\nuptime_in_seconds:5\r\n# Errorstats\r\nerrorstat_ERR:count=3\r\n"
                + "# Keyspace\r\ndb0:keys=3,expires=1,avg_ttl=0\r\nmodule:name=a,ver=1\r\n# Replication\r\n"
                + "slave0:ip=10.0.0.1,port=6379,state=online,offset=5,lag=0\r\n";
        Fuzzer.run(
                valid,
                IOException.class,
                input -> RedisInfo.parse(new String(input, StandardCharsets.ISO_8859_1)));
    }
}
