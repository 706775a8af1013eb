package io.bev.avatar.e2e.systemd;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.SynchronousQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Watches the page in a Chromium, run inside a machine: {@code java -cp CLASSES ...PageWatcher http://HOST:DEVTOOLS_PORT}.
 * Prints a line {@code CONNECTED RECONNECTS STATE} of the page's diagnostics whenever one of them changes. The number of
 * reconnections of a reloaded page starts at 0.
 */
final class PageWatcher implements WebSocket.Listener {

    private static final long INTERVAL_MILLIS = 100;
    private static final String REQUEST =
            "{\"id\":1,\"method\":\"Runtime.evaluate\",\"params\":{\"expression\":\"window.__avatar"
                    + " ? [__avatar.connected, __avatar.reconnects, __avatar.lastStateSequence].join(' ') : ''\"}}";
    private static final Pattern ADDRESS = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws://[^\"]*/page/[^\"]+)\"");
    private static final Pattern RESPONSE = Pattern.compile("\"value\": *\"([^\"]*)\"");

    private final SynchronousQueue<String> answers = new SynchronousQueue<>();
    private final StringBuilder message = new StringBuilder();

    private PageWatcher() {}

    /** Never returns while the browser runs. */
    public static void main(String[] arguments) throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        PageWatcher watcher = new PageWatcher();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(page(client, arguments[0])), watcher)
                .join();
        String shown = "";
        while (true) {
            socket.sendText(REQUEST, true).join();
            Matcher answer = RESPONSE.matcher(watcher.answers.take());
            if (answer.find() && !answer.group(1).equals(shown)) {
                shown = answer.group(1);
                System.out.println(shown);
            }
            Thread.sleep(INTERVAL_MILLIS);
        }
    }

    /** Waits for the browser; returns the debugger URL of its page. */
    private static String page(HttpClient client, String devTools) throws InterruptedException {
        while (true) {
            try {
                HttpRequest list = HttpRequest.newBuilder(URI.create(devTools + "/json/list"))
                        .build();
                Matcher address = ADDRESS.matcher(
                        client.send(list, HttpResponse.BodyHandlers.ofString()).body());
                if (address.find()) {
                    return address.group(1);
                }
            } catch (IOException e) {
                // Not started yet.
            }
            Thread.sleep(INTERVAL_MILLIS);
        }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        message.append(data);
        if (last) {
            try {
                answers.put(message.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            message.setLength(0);
        }
        socket.request(1);
        return null;
    }
}
