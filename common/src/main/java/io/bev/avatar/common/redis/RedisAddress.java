package io.bev.avatar.common.redis;

import io.bev.avatar.common.config.Config;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.SocketAddressResolver;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis is and how to reach it, in Lettuce's syntax:
 *
 * <pre>
 * redis://[[user]:password@]host[:port][/database]
 * rediss://...                                     over TLS
 * redis-socket:///path[?database=1]                Unix socket; credentials as [[user]:password@]/path
 * redis-sentinel://host[:port][,host...][/database]#master   rediss-sentinel over TLS
 * redis://host[:port],host[:port]                  a Cluster, by some of its nodes
 * </pre>
 *
 * <p>Certificates are read again for each connection. The text of this record shows no user and no password.
 *
 * @param url may hold a password, so it is never printed
 * @param caFile PEM of the issuers to trust in place of Java's own
 * @param certFile PEM of this client's certificate, where the server asks for one
 * @param keyFile PEM of its key, PKCS #8
 */
public record RedisAddress(String url, Optional<Path> caFile, Optional<Path> certFile, Optional<Path> keyFile) {

    /** Expected form of a URL, for messages. */
    public static final String EXPECTED = "redis://[[user]:password@]host[:port][/database], rediss://..., "
            + "redis-socket:///path, redis-sentinel://host:port,host:port#master, or redis://node:port,node:port";

    private static final Pattern SCHEME =
            Pattern.compile("(redis|rediss|redis-socket|redis-sentinel|rediss-sentinel)://.+");
    private static final Pattern CREDENTIALS = Pattern.compile("//(.*)@");

    /** Without TLS files. */
    public static RedisAddress of(String url) {
        return new RedisAddress(url, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Reads the section {@code redis}; empty where its {@code url} is. Problems are added to {@code config}. */
    public static Optional<RedisAddress> from(Config config) {
        String url = config.text("redis.url", "redis://127.0.0.1:6379", "BEV_REDIS_URL");
        RedisAddress read = new RedisAddress(
                url,
                readable(config, "redis.ca-file"),
                readable(config, "redis.cert-file"),
                readable(config, "redis.key-file"));
        if (read.certFile.isPresent() != read.keyFile.isPresent()) {
            config.problem("redis.cert-file", "only one of cert-file and key-file", "both or none");
        }
        if (url.isEmpty()) {
            return Optional.empty();
        }
        try {
            read.check();
        } catch (IllegalArgumentException e) {
            // The exception's own text holds the whole address.
            config.problem("redis.url", "'" + redact(url) + "'", EXPECTED);
            return Optional.empty();
        }
        if (!read.tls() && (read.caFile.isPresent() || read.certFile.isPresent())) {
            config.problem("redis.ca-file", "with " + redact(url), "a URL of TLS: rediss:// or rediss-sentinel://");
        }
        return Optional.of(read);
    }

    private static Optional<Path> readable(Config config, String key) {
        Optional<Path> file = config.optionalText(key).map(Path::of);
        if (file.isPresent() && !Files.isReadable(file.get())) {
            config.problem(key, "'" + file.get() + "'", "a file that this user can read");
        }
        return file;
    }

    private void check() {
        if (!SCHEME.matcher(url).matches()) {
            throw new IllegalArgumentException("no such scheme");
        }
        URI parsed = URI.create(url);
        boolean direct = url.startsWith("redis://") || url.startsWith("rediss://");
        if (direct && !cluster() && parsed.getHost() == null) {
            throw new IllegalArgumentException("no host, or no number as port");
        }
        List<RedisURI> unused = uris(Duration.ofSeconds(1), "check");
    }

    private boolean tls() {
        return url.startsWith("rediss");
    }

    /** Whether the address is a Unix socket. */
    public boolean socket() {
        return url.startsWith("redis-socket://");
    }

    /** Whether the address names nodes of a Cluster. */
    public boolean cluster() {
        String rest = CREDENTIALS.matcher(url).replaceFirst("//");
        return rest.matches("rediss?://[^/?#]*,.*");
    }

    /**
     * The addresses with their passwords, for the client only: one, or a Cluster's nodes.
     *
     * @param clientName name in {@code CLIENT LIST}
     * @throws IllegalArgumentException when the URL is not one
     */
    public List<RedisURI> uris(Duration timeout, String clientName) {
        URI parsed = URI.create(url);
        List<RedisURI> uris = cluster() ? RedisClusterURIUtil.toRedisURIs(parsed) : List.of(single(parsed));
        for (RedisURI uri : uris) {
            uri.setTimeout(timeout);
            uri.setClientName(clientName);
            // Without these two, Redis before 7.2 counts an error for every connection that names its library.
            uri.setLibraryName("");
            uri.setLibraryVersion("");
            uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(timeout));
        }
        return uris;
    }

    private RedisURI single(URI parsed) {
        RedisURI uri = RedisURI.create(parsed);
        if (!socket()) {
            return uri;
        }
        // To Lettuce a host, since its own sockets need a native library; the resolver leads to the path.
        RedisURI host = RedisURI.create("localhost", RedisURI.DEFAULT_REDIS_PORT);
        host.applyAuthentication(uri);
        host.setDatabase(uri.getDatabase());
        return host;
    }

    /** Resources that find the way; the caller sets sizes and builds. */
    public DefaultClientResources.Builder resources() {
        DefaultClientResources.Builder builder = DefaultClientResources.builder();
        if (socket()) {
            SocketAddress path = UnixDomainSocketAddress.of(socketPath());
            builder.socketAddressResolver(new SocketAddressResolver() {
                @Override
                public SocketAddress resolve(RedisURI uri) {
                    return path;
                }
            });
        }
        return builder;
    }

    private Path socketPath() {
        return Path.of(String.valueOf(RedisURI.create(URI.create(url)).getSocket()));
    }

    /** Adds the TLS options. */
    public ClientOptions.Builder secure(ClientOptions.Builder options) {
        if (tls()) {
            SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider();
            caFile.ifPresent(file -> ssl.trustManager(SslOptions.Resource.from(file.toFile())));
            if (certFile.isPresent() && keyFile.isPresent()) {
                ssl.keyManager(
                        SslOptions.Resource.from(certFile.get().toFile()),
                        SslOptions.Resource.from(keyFile.get().toFile()),
                        new char[0]);
            }
            options.sslOptions(ssl.build());
        }
        return options;
    }

    /** A client for one of {@link #uris}, with {@link #resources}; its connections have no synchronous and no reactive commands. */
    public RedisClient client(ClientResources resources, RedisURI uri) {
        return socket() ? new UnixSocketRedisClient(resources, uri) : new AsyncOnlyRedisClient(resources, uri);
    }

    /** {@code text} on one line, with this address's password masked wherever it occurs. */
    public String withoutPassword(String text) {
        String flat = CREDENTIALS.matcher(text.replaceAll("\\s+", " ")).replaceAll("//");
        Matcher given = CREDENTIALS.matcher(url);
        if (!given.find()) {
            return flat;
        }
        String raw = given.group(1);
        String decoded = URI.create("redis://" + raw + "@host").getUserInfo();
        for (String pair : new String[] {raw, decoded == null ? raw : decoded}) {
            String password = pair.substring(pair.indexOf(':') + 1);
            flat = password.isEmpty() ? flat : flat.replace(password, "***");
        }
        return flat;
    }

    /** An address without user and password. */
    public static String redact(String url) {
        return CREDENTIALS.matcher(url).replaceFirst("//");
    }

    @Override
    public String toString() {
        return redact(url);
    }
}
