package io.bev.avatar.renderer.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** The page's files, read once from {@code /page/} on the class path. Browsers may cache them but must revalidate. */
final class PageFiles {

    private static final String DIRECTORY = "/page/";

    /** Content security policy: no foreign origins, no inline scripts, no embedding in frames. */
    private static final String POLICY = "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private static final Set<String> NAMES = Set.of(
            "index.html",
            "tokens.css",
            "page.css",
            "theme.js",
            "page.js",
            "view.js",
            "text.js",
            "emotions.js",
            "alerts.js",
            "history.js",
            "transport.js",
            "frames.js",
            "resolution.js",
            "video.js",
            "presentation.js",
            "sound.js",
            "icon.svg",
            "icon-alert.svg");

    private final Map<String, Reply> files;

    private PageFiles(Map<String, Reply> files) {
        this.files = files;
    }

    static PageFiles load() {
        Map<String, Reply> files = new TreeMap<>();
        for (String name : NAMES) {
            files.put("/" + name, reply(name));
        }
        files.put("/", reply("index.html"));
        files.remove("/index.html");
        return new PageFiles(Collections.unmodifiableMap(files));
    }

    Set<String> paths() {
        return files.keySet();
    }

    /**
     * The file, or 304 if the client's copy is current.
     *
     * @param path one of {@link #paths}
     * @param knownTags the client's {@code If-None-Match} header
     */
    Reply get(String path, Optional<String> knownTags) {
        Reply file = files.get(path);
        if (file == null) {
            throw new IllegalArgumentException(path + ": not one of " + paths());
        }
        boolean current = knownTags
                .filter(tags -> tags.contains(file.headers().getOrDefault("ETag", "")))
                .isPresent();
        return current ? new Reply(304, file.contentType(), new byte[0], file.headers()) : file;
    }

    private static Reply reply(String name) {
        byte[] content = read(name);
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            throw new IllegalStateException(name + ": unknown content type");
        }
        return new Reply(
                200,
                type,
                content,
                Map.of("ETag", tag(content), "Cache-Control", "no-cache", "Content-Security-Policy", POLICY));
    }

    private static byte[] read(String name) {
        try (InputStream in = PageFiles.class.getResourceAsStream(DIRECTORY + name)) {
            if (in == null) {
                throw new IllegalStateException(DIRECTORY + name + " is missing from the class path: rebuild");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + DIRECTORY + name, e);
        }
    }

    private static String tag(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return String.format("\"%08x-%x\"", crc.getValue(), content.length);
    }
}
