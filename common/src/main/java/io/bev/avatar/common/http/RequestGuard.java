package io.bev.avatar.common.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rules that every HTTP request to a loopback listener must meet. Loopback is no protection from a browser: a foreign
 * page can reach it by DNS rebinding or a plain form, so the Host must be one of this server and the Origin, where there is one,
 * must be too.
 */
public final class RequestGuard {

    /**
     * Reason for rejecting a request.
     *
     * @param status HTTP status
     * @param reason one line for the client
     */
    public record Rejection(int status, String reason) {}

    private final Set<String> hosts;

    private RequestGuard(Set<String> hosts) {
        this.hosts = hosts;
    }

    /**
     * @param extraHosts host names beside {@code localhost}, {@code 127.0.0.1} and {@code [::1]} under which the listener is
     *     reached, without port
     */
    public static RequestGuard allowing(List<String> extraHosts) {
        List<String> all = new ArrayList<>(List.of("localhost", "127.0.0.1", "[::1]"));
        extraHosts.forEach(host -> all.add(host.toLowerCase(Locale.ROOT)));
        return new RequestGuard(Set.copyOf(all));
    }

    /**
     * Form of the request head, for requests of any method: a path as target, one Host, and no Transfer-Encoding, which
     * servers and proxies interpret differently.
     *
     * @param headers returns all values of a header by name
     */
    public static Optional<Rejection> checkForm(String target, Function<String, List<String>> headers) {
        if (!target.startsWith("/")) {
            return Optional.of(new Rejection(400, "the request target must begin with /"));
        }
        if (headers.apply("Host").size() > 1) {
            return Optional.of(new Rejection(400, "more than one Host header"));
        }
        List<String> codings = headers.apply("Transfer-Encoding");
        if (!codings.isEmpty()) {
            boolean chunked = codings.size() == 1 && codings.get(0).strip().equalsIgnoreCase("chunked");
            return Optional.of(
                    chunked && headers.apply("Content-Length").isEmpty()
                            ? new Rejection(411, "Content-Length required")
                            : new Rejection(400, "unsupported Transfer-Encoding: send a Content-Length instead"));
        }
        return headers.apply("Content-Length").size() > 1
                ? Optional.of(new Rejection(400, "more than one Content-Length header"))
                : Optional.empty();
    }

    /**
     * Host, Origin and Sec-Fetch-Site, for requests of any method.
     *
     * @param header returns a header by name, null when absent
     */
    public Optional<Rejection> checkSource(Function<String, @Nullable String> header) {
        String host = header.apply("Host");
        if (host == null || !hosts.contains(hostName(host))) {
            return Optional.of(new Rejection(
                    421,
                    (host == null ? "no Host" : "unknown Host " + host) + ": use one of " + String.join(", ", hosts)));
        }
        String origin = header.apply("Origin");
        if (origin != null
                && !origin.equalsIgnoreCase("http://" + host)
                && !origin.equalsIgnoreCase("https://" + host)) {
            return Optional.of(new Rejection(403, "foreign Origin " + origin));
        }
        // A link on another site may open the page; its scripts and forms may not use it.
        if (!"navigate".equals(header.apply("Sec-Fetch-Mode")) && fromElsewhere(header)) {
            return Optional.of(new Rejection(403, "request from another site"));
        }
        return Optional.empty();
    }

    /**
     * Additional rules for requests that change something: POST, a JSON body of stated length, at most {@code maxBytes}.
     * Includes {@link #checkSource}.
     */
    public Optional<Rejection> checkJsonPost(String method, Function<String, @Nullable String> header, int maxBytes) {
        Optional<Rejection> source = checkSource(header);
        if (source.isPresent()) {
            return source;
        }
        if (!"POST".equals(method)) {
            return Optional.of(new Rejection(405, "only POST"));
        }
        if (fromElsewhere(header)) {
            return Optional.of(new Rejection(403, "request from another site"));
        }
        String type = header.apply("Content-Type");
        if (type == null
                || !type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals("application/json")) {
            return Optional.of(new Rejection(415, "Content-Type must be application/json"));
        }
        String length = header.apply("Content-Length");
        if (length == null || !length.matches("\\d{1,18}")) {
            return Optional.of(new Rejection(411, "Content-Length required"));
        }
        if (Long.parseLong(length) > maxBytes) {
            return Optional.of(new Rejection(413, "body larger than " + maxBytes + " bytes"));
        }
        return Optional.empty();
    }

    private static boolean fromElsewhere(Function<String, @Nullable String> header) {
        String site = header.apply("Sec-Fetch-Site");
        return "cross-site".equals(site) || "same-site".equals(site);
    }

    /** The name before the port, or the whole text if what follows the colon is not a port. */
    private static String hostName(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        int port = name.startsWith("[") ? name.indexOf("]:") + 1 : name.indexOf(':');
        return port > 0 && name.substring(port + 1).matches("\\d{0,5}") ? name.substring(0, port) : name;
    }
}
