package io.bev.avatar.exporter.web;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.config.ConfigProblem;
import io.bev.avatar.common.http.BoundedExecutors;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.common.tls.InvalidTlsFileException;
import io.bev.avatar.exporter.http.ListenerSecurity;
import io.bev.avatar.exporter.web.WebConfig.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS and basic authentication as a {@code web-config.yml} says. The file, and the certificates that it names, are read again
 * when they changed, at most once a second and only when somebody connects. What cannot be read then is logged once, and what
 * was read before stays in force. Only turning TLS on or off needs a restart.
 */
public final class WebConfigSecurity implements ListenerSecurity, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebConfigSecurity.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** One password at a time, and few that wait: guessing must not take the processor from the renderer. */
    private static final int CHECKERS = 1;

    private static final int WAITING = 16;

    private final Path file;
    private final Ticker ticker;
    private final ExecutorService checkers = BoundedExecutors.create("password", CHECKERS, WAITING);
    private final BasicAuth auth = new BasicAuth(new BcryptVerifier(), checkers);
    private volatile Loaded loaded;
    private List<String> seen;
    private long lookedNanos;

    /** What was read, and the context made of it. */
    private record Loaded(WebConfig config, Optional<SSLContext> context) {}

    private WebConfigSecurity(Path file, Ticker ticker) {
        this.file = file;
        this.ticker = ticker;
        this.loaded = load();
        this.seen = stamps(loaded.config());
        this.lookedNanos = ticker.nanos();
    }

    /** @throws ConfigException with every problem of the file, or that of its certificates */
    public static WebConfigSecurity open(Path file, Ticker ticker) {
        return new WebConfigSecurity(file, ticker);
    }

    @Override
    public boolean authenticates() {
        return !loaded.config().users().isEmpty();
    }

    @Override
    public Optional<HttpsConfigurator> tls() {
        return loaded.context().isPresent() ? Optional.of(configurator()) : Optional.empty();
    }

    private HttpsConfigurator configurator() {
        return new HttpsConfigurator(
                new ReloadingSslContext(() -> current().context().orElseThrow())) {
            @Override
            public void configure(HttpsParameters parameters) {
                Tls tls = loaded.config().tls().orElseThrow();
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setProtocols(tls.versions().toArray(String[]::new));
                if (!tls.cipherSuites().isEmpty()) {
                    wanted.setCipherSuites(tls.cipherSuites().toArray(String[]::new));
                }
                wanted.setUseCipherSuitesOrder(tls.serverPrefers());
                if (tls.clientAuth().demanded()) {
                    wanted.setNeedClientAuth(true);
                } else if (tls.clientAuth().asked()) {
                    wanted.setWantClientAuth(true);
                }
                parameters.setSSLParameters(wanted);
            }
        };
    }

    @Override
    public HttpHandler guard(HttpHandler next) {
        return exchange -> {
            WebConfig config = current().config();
            config.headers().forEach(exchange.getResponseHeaders()::set);
            auth.handle(exchange, config.users(), next);
        };
    }

    @Override
    public HttpHandler unguarded(HttpHandler next) {
        return exchange -> {
            current().config().headers().forEach(exchange.getResponseHeaders()::set);
            next.handle(exchange);
        };
    }

    private Loaded current() {
        lookAgain();
        return loaded;
    }

    private synchronized void lookAgain() {
        if (ticker.nanos() - lookedNanos < LOOK_NANOS) {
            return;
        }
        lookedNanos = ticker.nanos();
        List<String> now = stamps(loaded.config());
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            Loaded fresh = load();
            if (fresh.context().isPresent() != loaded.context().isPresent()) {
                LOG.warn(
                        "{}: tls_server_config came or went; restart the exporter to change between HTTP and HTTPS",
                        file);
                return;
            }
            loaded = fresh;
            seen = stamps(fresh.config());
            LOG.info("{} read again", file);
        } catch (ConfigException e) {
            LOG.warn("{} changed and cannot be used; what was read before stays in force: {}", file, e.getMessage());
        }
    }

    private Loaded load() {
        try {
            Set<String> suites =
                    Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
            WebConfig config = WebConfigFile.read(file, suites);
            Optional<Tls> tls = config.tls();
            return new Loaded(config, tls.isPresent() ? Optional.of(TlsContext.of(tls.get())) : Optional.empty());
        } catch (InvalidTlsFileException e) {
            throw unusable(e.found(), e.expected(), e);
        } catch (IOException e) {
            throw unusable(String.valueOf(e.getMessage()), "certificate and key in PEM", e);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw unusable("a Java without TLS", "one with it", e);
        }
    }

    private ConfigException unusable(String found, String expected, Exception cause) {
        ConfigException failure =
                new ConfigException(List.of(new ConfigProblem("tls_server_config", found, expected, file.toString())));
        failure.initCause(cause);
        return failure;
    }

    /** What changes when one of the files does; a file that is not there has a stamp too. */
    private List<String> stamps(WebConfig config) {
        List<Path> files = new ArrayList<>(List.of(file));
        config.tls().ifPresent(tls -> {
            files.add(tls.certFile());
            files.add(tls.keyFile());
            tls.clientCaFile().ifPresent(files::add);
        });
        return files.stream().map(WebConfigSecurity::stamp).toList();
    }

    private static String stamp(Path path) {
        @Nullable BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException e) {
            return path + " away";
        }
        return path + " " + attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
    }

    @Override
    public void close() {
        checkers.shutdownNow();
    }
}
