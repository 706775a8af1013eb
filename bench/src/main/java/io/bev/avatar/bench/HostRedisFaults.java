package io.bev.avatar.bench;

import static io.bev.avatar.bench.HostFault.of;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Faults of a host's Redis. */
final class HostRedisFaults {

    private static final String DOWN = "AvatarRedisDown";
    private static final String SAVE = "AvatarRedisSaveOverdue";
    private static final int CONNECTIONS = 8;

    private HostRedisFaults() {}

    static List<HostFault> all() {
        return List.of(
                of(
                                "host-redis-killed",
                                "`SIGKILL`, not restarted",
                                host -> host.redis().kill(),
                                MonitoredHost::restartRedis)
                        .warning(DOWN),
                of(
                                "host-redis-stalled",
                                "`SIGSTOP`",
                                host -> host.redis().signal("STOP"),
                                host -> host.redis().signal("CONT"))
                        .warning(DOWN, 2, "the timeout of a reply"),
                of(
                                "host-redis-busy",
                                "a Lua script that does not end",
                                HostRedisFaults::runScript,
                                host -> host.redis("SCRIPT", "KILL"))
                        .warning(DOWN),
                of(
                                "redis-password-changed",
                                "`requirepass` is set and all clients are disconnected: the exporter's credentials are"
                                        + " no longer valid",
                                host -> {
                                    host.redis("CONFIG", "SET", "requirepass", "changed");
                                    host.redis("-a", "changed", "CLIENT", "KILL", "TYPE", "normal");
                                },
                                MonitoredHost::restartRedis)
                        .warning(DOWN),
                of(
                                "host-redis-flapping",
                                "`SIGSTOP` for 4 s of each 8 s",
                                Repeating.flapping(
                                        host -> host.redis().signal("STOP"),
                                        host -> host.redis().signal("CONT")))
                        .warning("AvatarFlapping", HostExporterFaults.FLAPPING_SECONDS, HostExporterFaults.FLAPPING),
                of(
                                "redis-memory-high",
                                "`maxmemory` is just above what is used",
                                host -> limitMemory(host, 30_000),
                                host -> host.redis("CONFIG", "SET", "maxmemory", "0"))
                        .warning("AvatarRedisMemoryHigh"),
                of("redis-evictions", "`maxmemory` with `allkeys-lru`, and more keys than fit", host -> {
                            limitMemory(host, 1_000_000);
                            host.redis("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
                            return Repeating.every(
                                    100,
                                    number -> host.redis("SET", "key" + number, "x".repeat(50_000)),
                                    host::restartRedis);
                        })
                        .warning("AvatarRedisEvictions", 4, "keys are added until none fits")
                        .mayRaise("AvatarRedisMemoryHigh", SAVE),
                of("redis-connections-rejected", "`maxclients` below the number of clients", host -> {
                            host.redis("CONFIG", "SET", "maxclients", "4");
                            List<Socket> sockets = new ArrayList<>();
                            for (int i = 0; i < CONNECTIONS; i++) {
                                sockets.add(connect(host));
                            }
                            return () -> {
                                for (Socket socket : sockets) {
                                    socket.close();
                                }
                                host.redis("CONFIG", "SET", "maxclients", "1000");
                            };
                        })
                        .warning("AvatarRedisRejectedConnections"),
                of("redis-save-failing", "a directory has the name of the dump", host -> {
                            Path dump = host.sandbox().directory().resolve("dump.rdb");
                            Files.deleteIfExists(dump);
                            Files.createDirectories(dump);
                            host.redis("BGSAVE");
                            return () -> {
                                Files.delete(dump);
                                host.redis("BGSAVE");
                            };
                        })
                        .critical("AvatarRedisPersistenceFailing"),
                of("redis-save-overdue", "a changed key is not saved", host -> {
                            host.redis("SET", "changed", "1");
                            return () -> {
                                host.redis("DEL", "changed");
                                host.redis("SAVE");
                            };
                        })
                        .warning(SAVE, 20, "threshold 20 s here"),
                of(
                                "redis-replica-link",
                                "`REPLICAOF` an unreachable master",
                                host -> host.redis("REPLICAOF", "127.0.0.1", "1"),
                                host -> host.redis("REPLICAOF", "NO", "ONE"))
                        .warning("AvatarRedisReplicaLinkDown"),
                of(
                        "redis-denies-commands",
                        "ACL without `SLOWLOG`, `LATENCY` and `XINFO`",
                        host -> host.redis("ACL", "SETUSER", "default", "-slowlog", "-latency", "-xinfo"),
                        host -> host.redis("ACL", "SETUSER", "default", "+slowlog", "+latency", "+xinfo")),
                of("redis-error-flood", "2000 kinds of errors in `INFO`", host -> {
                    for (int i = 0; i < 2000; i += 100) {
                        host.redis(
                                "EVAL",
                                "for i=" + i + "," + (i + 99)
                                        + " do redis.pcall('E'..i) end return redis.error_reply('E" + i + " now')",
                                "0");
                    }
                    return () -> host.redis("CONFIG", "RESETSTAT");
                }),
                of("redis-restarted", "`SIGKILL`, started again at once", host -> {
                    host.restartRedis();
                    return () -> {};
                }));
    }

    /** @param free bytes that still fit; below the size of a key, nothing is evicted and Redis rejects writes */
    private static void limitMemory(MonitoredHost host, long free) throws IOException, InterruptedException {
        String used = host.redis("INFO", "memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .map(line -> line.replaceAll("\\D", ""))
                .findFirst()
                .orElseThrow(() -> new IOException("Redis reports no used_memory"));
        host.redis("CONFIG", "SET", "maxmemory", Long.toString(Long.parseLong(used) + free));
    }

    private static void runScript(MonitoredHost host) throws IOException, InterruptedException {
        host.redis("CONFIG", "SET", "busy-reply-threshold", "100");
        try (Socket script = connect(host)) {
            script.getOutputStream().write("EVAL \"while true do end\" 0\r\n".getBytes(StandardCharsets.US_ASCII));
            while (!host.redis("PING").contains("BUSY")) {
                Thread.sleep(20);
            }
        }
    }

    private static Socket connect(MonitoredHost host) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), host.sandbox().redisPort());
    }
}
