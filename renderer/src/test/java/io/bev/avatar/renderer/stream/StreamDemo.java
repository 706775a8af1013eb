package io.bev.avatar.renderer.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bev.avatar.renderer.state.Emotion;
import io.bev.avatar.renderer.state.StateStore.Outcome;
import io.bev.avatar.splat.raster.Framebuffer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Serves the page without a renderer, with a moving synthetic head and a model that accepts states. For manual page checks.
 *
 * <p>Arguments: port, then any of {@code degraded}, {@code quiet} (no investigation), {@code frozen} (no frames).
 */
public final class StreamDemo implements PageBackend {

    private final LatestFrameHub hub;
    private final List<String> options;
    private final long startNanos = System.nanoTime();
    private ObjectNode state;

    private StreamDemo(LatestFrameHub hub, List<String> options) {
        this.hub = hub;
        this.options = options;
        state = JsonNodeFactory.instance.objectNode();
        state.put("schema", 1)
                .put("seq", 1234)
                .put("emotion", "focused")
                .put("intensity", 0.8)
                .put("activity", "threat_analysis");
        if (!options.contains("quiet")) {
            state.putObject("investigation")
                    .put("id", "INV-7")
                    .put("progress", 0.42)
                    .put("findings", 3)
                    .put("threatLevel", 0.57)
                    .put("lastDiscovery", "Two wallets share a withdrawal address with a known mixer");
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8080;
        List<String> options = Arrays.asList(arguments);
        LatestFrameHub hub = new LatestFrameHub(JpegEncoders.best(85), 64);
        StreamDemo demo = new StreamDemo(hub, options);
        StreamServer server = new StreamServer(StreamSettings.of("127.0.0.1", port, List.of(), 64), hub, demo);
        try {
            server.start();
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        Framebuffer image = new Framebuffer(640, 360, 0, 0, 0);
        BufferedImage canvas = new BufferedImage(640, 360, BufferedImage.TYPE_3BYTE_BGR);
        for (long sequence = 1; ; sequence++) {
            if (!options.contains("frozen") || sequence < 2) {
                long start = System.nanoTime();
                draw(canvas, (start - demo.startNanos) / 1e9);
                canvas.getRaster().getDataElements(0, 0, 640, 360, null);
                System.arraycopy(
                        ((java.awt.image.DataBufferByte) canvas.getRaster().getDataBuffer()).getData(),
                        0,
                        image.bgr,
                        0,
                        image.bgr.length);
                hub.publish(
                        image,
                        sequence,
                        System.nanoTime() - start,
                        demo.document().path("seq").asLong());
            }
            Thread.sleep(hub.wanted() ? 33 : 200);
        }
    }

    @Override
    public ObjectNode health() {
        boolean degraded = options.contains("degraded");
        ObjectNode health = JsonNodeFactory.instance.objectNode().put("status", degraded ? "degraded" : "ok");
        var reasons = health.putArray("reasons");
        if (degraded) {
            reasons.add("Redis is unreachable. Changes are saved locally")
                    .add("CUDA failed (error 700): rendering on the CPU");
        }
        health.put("backend", "cpu")
                .put("backendReason", "auto: no CUDA device")
                .put("fps", 30.0)
                .put("targetFps", 30)
                .put("lastFrameAgeMs", 12)
                .put("viewers", hub.viewers());
        health.putObject("redis").put("connected", !degraded).put("detail", "redis://127.0.0.1:6379");
        health.putObject("model").put("source", "built-in").put("gaussians", 48_310);
        return health.put("uptimeSeconds", 11_640 + (System.nanoTime() - startNanos) / 1_000_000_000)
                .put("version", "0.1.0")
                .put("stateSequence", document().path("seq").asLong());
    }

    @Override
    public ObjectNode history() {
        return JsonNodeFactory.instance.objectNode().put("sequence", 0);
    }

    private synchronized ObjectNode document() {
        return state.deepCopy();
    }

    @Override
    public Optional<ObjectNode> state() {
        return Optional.of(document());
    }

    @Override
    public synchronized Outcome submitState(byte[] json) {
        long seq = state.path("seq").asLong();
        try {
            JsonNode change = new ObjectMapper().readTree(json);
            if (change.has("emotion")
                    && Emotion.of(change.path("emotion").asText()).isEmpty()) {
                return new Outcome(false, "unknown_emotion", "no emotion " + change.path("emotion"), seq);
            }
            state = state.deepCopy().setAll((ObjectNode) change);
            state.put("seq", seq + 1);
            return new Outcome(true, "", "", seq + 1);
        } catch (IOException | ClassCastException e) {
            return new Outcome(false, "malformed", "not a JSON object", seq);
        }
    }

    @Override
    public SavedImage image() {
        throw new IllegalStateException("the demonstration has no image to save");
    }

    @Override
    public Outcome submitOsint(byte[] json) {
        return submitState(json);
    }

    private static void draw(BufferedImage canvas, double t) {
        Graphics2D g = canvas.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setPaint(glow(320, 180, 420, new Color(38, 50, 64), new Color(12, 16, 21)));
        g.fillRect(0, 0, 640, 360);
        double x = 320 + 8 * Math.sin(t * 0.7);
        double y = 160 + 3 * Math.sin(t * 1.1);
        g.setPaint(glow(x, 350, 220, new Color(70, 92, 120), new Color(24, 34, 48)));
        g.fill(new Ellipse2D.Double(x - 165, 280, 330, 220));
        g.setPaint(new Color(176, 134, 112));
        g.fill(new Ellipse2D.Double(x - 34, y + 60, 68, 100));
        g.setPaint(new Color(46, 34, 30));
        g.fill(new Ellipse2D.Double(x - 92, y - 128, 184, 210));
        g.setPaint(glow(x - 20, y - 30, 150, new Color(240, 204, 180), new Color(186, 140, 116)));
        g.fill(new Ellipse2D.Double(x - 76, y - 100, 152, 204));
        double lid = t % 4 < 0.15 ? 1 : 10;
        for (int side = -1; side <= 1; side += 2) {
            double eye = x + side * 32;
            g.setPaint(new Color(250, 248, 245));
            g.fill(new Ellipse2D.Double(eye - 14, y - 24 - lid / 2, 28, lid + 4));
            g.setPaint(new Color(60, 84, 110));
            g.fill(new Ellipse2D.Double(eye - 6 + 4 * Math.sin(t * 0.9), y - 22 - lid / 2, 12, lid));
        }
        Path2D mouth = new Path2D.Double();
        mouth.moveTo(x - 26, y + 54);
        mouth.curveTo(x - 8, y + 64 + 4 * Math.sin(t), x + 8, y + 64 + 4 * Math.sin(t), x + 26, y + 54);
        g.setPaint(new Color(150, 82, 78));
        g.setStroke(new java.awt.BasicStroke(5, java.awt.BasicStroke.CAP_ROUND, java.awt.BasicStroke.JOIN_ROUND));
        g.draw(mouth);
        g.dispose();
    }

    private static RadialGradientPaint glow(double x, double y, double radius, Color inner, Color outer) {
        return new RadialGradientPaint(
                (float) x, (float) y, (float) radius, new float[] {0, 1}, new Color[] {inner, outer});
    }
}
