package io.bev.avatar.exporter.web;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.bev.avatar.common.config.ConfigException;
import io.bev.avatar.common.config.ConfigProblem;
import io.bev.avatar.common.http.BoundedExecutors;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.common.tls.InvalidTlsFileException;
import io.bev.avatar.common.tls.Pem;
import io.bev.avatar.exporter.http.ListenerSecurity;
import io.bev.avatar.exporter.web.WebConfig.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
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
 * TLS and basic authentication from a {@code web-config.yml}. The file and its certificates are reloaded after changes,
 * checked on connections at most once per second. An unreadable change is logged once and the previous configuration
 * stays active. Only switching TLS on or off requires a restart.
 */
public final class WebConfigSecurity implements ListenerSecurity, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebConfigSecurity.class);
    private static final long CHECK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** One bcrypt at a time and a short queue: password guessing must not take CPU from the renderer. */
    private static final int CHECKER_THREADS = 1;

    private static final int QUEUE_CAPACITY = 16;

    private final Path file;
    private final Ticker ticker;
    private final ExecutorService checkers = BoundedExecutors.create("password", CHECKER_THREADS, QUEUE_CAPACITY);
    private final BasicAuth auth;
    private volatile Loaded loaded;
    private List<String> seen;
    private long checkedNanos;

    /** Loaded configuration and its TLS context. */
    private record Loaded(WebConfig config, Optional<SSLContext> context, List<X509Certificate> chain) {}

    private WebConfigSecurity(Path file, Ticker ticker) {
        this.file = file;
        this.ticker = ticker;
        this.auth = new BasicAuth(new BcryptVerifier(), checkers, ticker);
        this.loaded = load();
        this.seen = stamps(loaded.config());
        this.checkedNanos = ticker.nanos();
    }

    /** @throws ConfigException listing every problem of the file and its certificates */
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

    /** Certificates that the listener presents; empty for plain HTTP. */
    public List<X509Certificate> chain() {
        return current().chain();
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
                if (tls.clientAuth().required()) {
                    wanted.setNeedClientAuth(true);
                } else if (tls.clientAuth().requested()) {
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
        reloadIfChanged();
        return loaded;
    }

    private synchronized void reloadIfChanged() {
        if (ticker.nanos() - checkedNanos < CHECK_INTERVAL_NANOS) {
            return;
        }
        checkedNanos = ticker.nanos();
        List<String> now = stamps(loaded.config());
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            Loaded reloaded = load();
            if (reloaded.context().isPresent() != loaded.context().isPresent()) {
                LOG.warn(
                        "{}: tls_server_config was added or removed; restart the exporter to switch between HTTP"
                                + " and HTTPS",
                        file);
                return;
            }
            loaded = reloaded;
            seen = stamps(reloaded.config());
            LOG.info("Reloaded {}", file);
        } catch (ConfigException e) {
            LOG.warn("{} changed but is invalid; the previous configuration stays active: {}", file, e.getMessage());
        }
    }

    private Loaded load() {
        try {
            Set<String> suites =
                    Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
            WebConfig config = WebConfigFile.read(file, suites);
            Optional<Tls> tls = config.tls();
            return tls.isPresent()
                    ? new Loaded(
                            config,
                            Optional.of(TlsContext.of(tls.get())),
                            List.copyOf(Pem.certificates(tls.get().certFile())))
                    : new Loaded(config, Optional.empty(), List.of());
        } catch (InvalidTlsFileException e) {
            throw unusable(e.found(), e.expected(), e);
        } catch (IOException e) {
            throw unusable(String.valueOf(e.getMessage()), "certificate and key in PEM", e);
        } catch (NoSuchAlgorithmException e) {
            throw unusable("a Java runtime without TLS", "a Java runtime with TLS", e);
        }
    }

    private ConfigException unusable(String found, String expected, Exception cause) {
        ConfigException failure =
                new ConfigException(List.of(new ConfigProblem("tls_server_config", found, expected, file.toString())));
        failure.initCause(cause);
        return failure;
    }

    /** Fingerprints of the files, which change when a file changes; missing files have one too. */
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
            return path + " missing";
        }
        return path + " " + attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
    }

    @Override
    public void close() {
        checkers.shutdownNow();
    }
}
