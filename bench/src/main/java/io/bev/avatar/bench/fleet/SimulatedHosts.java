package io.bev.avatar.bench.fleet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bev.avatar.bench.StackClient;
import io.bev.avatar.common.concurrent.DaemonThreads;
import io.bev.avatar.common.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Many hosts behind one HTTP server: {@code /hosts/N/metrics}, and {@code /hosts} for Prometheus' HTTP discovery. Of a hundred
 * hosts one is down and one has a hot GPU.
 */
final class SimulatedHosts implements AutoCloseable {

    private static final Pattern PATH = Pattern.compile("/hosts/(\\d+)/metrics");
    private static final int DOWN = 17;
    private static final int HOT = 42;
    private static final String[] SITES = {"berlin", "dublin", "osaka", "quito", "utrecht"};
    private static final String[] GPUS = {"rtx-4080-super", "rtx-4090", "l40s"};

    private final HttpServer server;
    private final ExecutorService threads;

    private SimulatedHosts(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Starts the server.
     *
     * @param metrics response to the job {@code avatar}
     * @param probes response to the job {@code avatar-probes}
     * @param start time of the recording by {@code ticker}
     */
    static SimulatedHosts serve(int hosts, HostTemplate metrics, HostTemplate probes, Ticker ticker, long start)
            throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        ExecutorService threads = Executors.newFixedThreadPool(4, DaemonThreads.factory("simulated-hosts"));
        server.setExecutor(threads);
        String inventory = inventory(hosts, server.getAddress().getPort());
        server.createContext("/hosts", exchange -> {
            Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
            if (!path.matches()) {
                answer(exchange, 200, "application/json", inventory);
                return;
            }
            int host = Integer.parseInt(path.group(1));
            if (host % 100 == DOWN) {
                answer(exchange, 503, "text/plain", "down\n");
                return;
            }
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            HostTemplate template = query.contains("collect[]") ? probes : metrics;
            String text = template.response(host, (ticker.nanos() - start) / 1e9);
            answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text);
        });
        server.start();
        return new SimulatedHosts(server, threads);
    }

    /** Degrees Celsius; most hosts between 45 and 75, a few above every threshold. */
    static double temperature(int host, double trait, double seconds) {
        return host % 100 == HOT ? 92 : Math.rint(45 + 25 * trait + 5 * Math.sin(seconds / 200 + host));
    }

    private static String inventory(int hosts, int port) {
        ArrayNode list = StackClient.JSON.createArrayNode();
        for (int host = 0; host < hosts; host++) {
            ObjectNode entry = list.addObject();
            entry.putArray("targets").add("127.0.0.1:" + port);
            ObjectNode labels = entry.putObject("labels");
            labels.put("__metrics_path__", "/hosts/" + host + "/metrics");
            labels.put("instance", String.format(Locale.ROOT, "host-%04d", host));
            labels.put("site", SITES[host % SITES.length]);
            labels.put("gpu_model", GPUS[host % GPUS.length]);
        }
        return list.toString();
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** URL of the target list. */
    String inventoryUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hosts";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
