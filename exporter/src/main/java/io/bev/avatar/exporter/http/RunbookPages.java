package io.bev.avatar.exporter.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bev.avatar.common.io.BoundedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The runbooks of the alerts as pages: {@code /runbooks/NAME}, with or without {@code .md}, and a list at {@code /runbooks}.
 * They need nothing from the network and fit a phone.
 */
public final class RunbookPages implements HttpHandler {

    /** Path of the list. */
    static final String PATH = "/runbooks";

    private static final int MAX_BYTES = 64 * 1024;
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,63}");

    private static final String STYLE = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{{title}}</title>
            <style>
            body { margin: 0 auto; max-width: 46rem; padding: 1rem; font: 17px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
            h1 { font-size: 1.4rem; line-height: 1.25; }
            h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
            code { font: .875em/1.5 ui-monospace, Menlo, Consolas, monospace; background: rgba(128, 128, 128, .18); border-radius: 4px; padding: .1em .3em; }
            li { margin: .3rem 0; }
            aside { border-left: 4px solid #8a5300; padding: .2rem .8rem; background: rgba(200, 140, 0, .12); }
            nav a { display: inline-block; padding: .4rem 0; }
            </style>
            </head>
            <body>
            """;

    private final Path directory;
    private final Optional<String> note;

    /**
     * @param directory Markdown files named after the alerts
     * @param note text above every runbook, in Markdown, such as commands that differ on this machine
     */
    public RunbookPages(Path directory, Optional<String> note) {
        this.directory = directory;
        this.note = note;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String name = path.substring(Math.min(path.length(), PATH.length()))
                .replaceFirst("^/", "")
                .replaceFirst("\\.md$", "");
        Optional<byte[]> page = name.isEmpty() ? Optional.of(list()) : runbook(name);
        if (page.isPresent()) {
            exchange.getResponseHeaders()
                    .set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
            Responses.send(exchange, 200, "text/html; charset=utf-8", page.get());
        } else {
            Responses.text(exchange, 404, "no such runbook: see " + PATH);
        }
    }

    private Optional<byte[]> runbook(String name) throws IOException {
        Path file = directory.resolve(name + ".md");
        if (!NAME.matcher(name).matches() || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        String aside = note.map(text -> "<aside>" + MarkdownHtml.of(text) + "</aside>\n")
                .orElse("");
        return Optional.of(page(
                name,
                "<nav><a href=\"" + PATH + "\">All runbooks</a></nav>\n" + aside
                        + MarkdownHtml.of(
                                new String(BoundedFiles.readBytes(file, MAX_BYTES), StandardCharsets.UTF_8))));
    }

    private byte[] list() throws IOException {
        TreeSet<String> names = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.md")) {
                files.forEach(
                        file -> names.add(String.valueOf(file.getFileName()).replaceFirst("\\.md$", "")));
            }
        }
        StringBuilder body = new StringBuilder("<h1>Runbooks</h1>\n");
        if (names.isEmpty()) {
            body.append("<p>No runbooks found in ")
                    .append(MarkdownHtml.escape(directory.toString()))
                    .append("; install the avatar again.</p>\n");
        }
        body.append("<ul>\n");
        names.stream()
                .filter(name -> NAME.matcher(name).matches())
                .forEach(name -> body.append("<li><a href=\"" + PATH + "/" + name + "\">" + name + "</a></li>\n"));
        return page("Runbooks", body.append("</ul>\n").toString());
    }

    private static byte[] page(String title, String body) {
        return (STYLE.replace("{{title}}", title) + body + "</body>\n</html>\n").getBytes(StandardCharsets.UTF_8);
    }
}
