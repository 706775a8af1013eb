package io.bev.avatar.renderer.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.bev.avatar.splat.pose.ExpressionFrame;
import io.bev.avatar.splat.scene.ArkitBlendshapes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A recording of blendshape weights in LAM's JSON format: {@code names} with the ARKit names, and {@code frames}, each
 * with {@code weights} in the order of the names and its {@code time} in seconds. Other fields are ignored.
 */
final class WeightsFile {

    /** Twenty minutes at 30 frames per second. */
    static final int MAX_FRAMES = 36_000;

    static final int MAX_BYTES = 128 << 20;

    private final Path file;
    private final List<String> names = new ArrayList<>();
    /** Each [names]. */
    private final List<float[]> frames = new ArrayList<>();
    /** Seconds, ascending from 0. */
    private final List<Double> times = new ArrayList<>();

    private WeightsFile(Path file) {
        this.file = file;
    }

    /** @throws IOException if it cannot be read, is no such file, or is too long */
    static WeightsFile read(Path file) throws IOException {
        WeightsFile weights = new WeightsFile(file);
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file + ": no such file");
        }
        if (Files.size(file) > MAX_BYTES) {
            throw weights.bad("at most " + MAX_BYTES + " bytes", Files.size(file) + " bytes");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                JsonParser parser = new JsonFactory().createParser(in)) {
            weights.readDocument(parser);
        } catch (JsonProcessingException e) {
            throw weights.bad("JSON", e.getOriginalMessage());
        }
        weights.check();
        return weights;
    }

    private void readDocument(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw bad("an object with names and frames", "other JSON");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("names") && value == JsonToken.START_ARRAY) {
                readNames(parser);
            } else if (field.equals("frames") && value == JsonToken.START_ARRAY) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    readFrame(parser);
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    private void readNames(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.VALUE_STRING) {
            names.add(parser.getText());
            if (names.size() > 10 * ArkitBlendshapes.COUNT) {
                throw bad("the names of " + ArkitBlendshapes.COUNT + " blendshapes", "more than " + names.size());
            }
        }
    }

    private void readFrame(JsonParser parser) throws IOException {
        if (frames.size() == MAX_FRAMES) {
            throw bad("at most " + MAX_FRAMES + " frames", "more");
        }
        float[] weights = {};
        double time = Double.NaN;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("weights") && value == JsonToken.START_ARRAY) {
                weights = readWeights(parser);
            } else if (field.equals("time") && value.isNumeric()) {
                time = parser.getDoubleValue();
            } else {
                parser.skipChildren();
            }
        }
        frames.add(weights);
        times.add(time);
    }

    private float[] readWeights(JsonParser parser) throws IOException {
        float[] weights = new float[10 * ArkitBlendshapes.COUNT];
        int n = 0;
        while (parser.nextToken().isNumeric()) {
            if (n == weights.length) {
                throw bad("a weight for each name in frame " + frames.size(), "more than " + n);
            }
            // Recordings exceed the range slightly; the service limits them, too.
            weights[n++] = Math.max(0, Math.min(1, parser.getFloatValue()));
        }
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw bad("numbers as weights in frame " + frames.size(), parser.getText());
        }
        return Arrays.copyOf(weights, n);
    }

    private void check() throws IOException {
        if (frames.isEmpty()
                || names.stream()
                        .allMatch(name -> ArkitBlendshapes.indexOf(name).isEmpty())) {
            throw bad(
                    "names of ARKit blendshapes and frames", names.size() + " names and " + frames.size() + " frames");
        }
        double start = times.get(0);
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).length != names.size()) {
                throw bad(names.size() + " weights in each frame", frames.get(i).length + " in frame " + i);
            }
            double time = times.get(i) - start;
            if (Double.isFinite(start) && !(time <= 1e6 && (i == 0 || time > times.get(i - 1)))) {
                throw bad("ascending times in seconds", times.get(i) + " in frame " + i);
            }
            times.set(i, time);
        }
    }

    /**
     * Number of images at {@code fps}; one for each frame if they have no times.
     *
     * @throws IOException if it is more than {@value #MAX_FRAMES}
     */
    int images(int fps) throws IOException {
        if (!isTimed()) {
            return frames.size();
        }
        double images = Math.floor(times.get(times.size() - 1) * fps + 1e-6) + 1;
        if (images > MAX_FRAMES) {
            throw bad("at most " + MAX_FRAMES + " images at " + fps + " fps", (long) images + "");
        }
        return (int) images;
    }

    private boolean isTimed() {
        return !times.get(0).isNaN();
    }

    /** Writes the weights of image {@code index}, interpolated between the frames around its time. */
    void write(int index, int fps, ExpressionFrame out) {
        out.rest();
        int next = index;
        float share = 0;
        if (isTimed()) {
            double time = index / (double) fps;
            next = Collections.binarySearch(times, time + 1e-9);
            next = Math.max(0, next >= 0 ? next : -next - 2);
            int after = Math.min(next + 1, frames.size() - 1);
            double gap = times.get(after) - times.get(next);
            share = gap > 0 ? (float) Math.max(0, Math.min(1, (time - times.get(next)) / gap)) : 0;
        }
        float[] from = frames.get(next);
        float[] to = frames.get(Math.min(next + 1, frames.size() - 1));
        for (int i = 0; i < names.size(); i++) {
            float weight = from[i] + share * (to[i] - from[i]);
            ArkitBlendshapes.indexOf(names.get(i)).ifPresent(channel -> out.weights[channel] = weight);
        }
    }

    private IOException bad(String expected, String found) {
        return new IOException(file + ": expected " + expected + ", found " + found
                + ": use a recording of ARKit weights in LAM's JSON format");
    }
}
