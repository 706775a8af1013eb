package io.bev.avatar.renderer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.splat.raster.cuda.FakeCudaDriverControl;
import io.bev.avatar.splat.raster.cuda.FakeCudaDriverControl.Word;
import io.bev.avatar.splat.raster.cuda.FakeCudaDriverProcess;
import io.bev.avatar.splat.raster.cuda.FakeCudaDriverProgram;
import io.bev.avatar.splat.raster.cuda.NeedsCompiler;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The renderer process on the fake driver: a GPU that fails, recovers and fails again. */
@ExtendWith(NeedsCompiler.class)
class RendererOnFakeGpuTest {

    private static final int GAUSSIANS = 30;
    private static final List<String> PROPERTIES = List.of(
            "x", "y", "z", "f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1",
            "rot_2", "rot_3");
    private static final Pattern STARTED = Pattern.compile("at (http://\\S+), Jolokia at port (\\d+), backend (.*)");

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Queue<String> output = new ConcurrentLinkedQueue<>();
    private FakeCudaDriverControl control;
    private Process program;
    private String page = "";
    private String jolokia = "";

    @BeforeEach
    void start() throws Exception {
        Path file = directory.resolve("control");
        control = FakeCudaDriverControl.open(file);
        control.set(Word.AT_ONCE, 1);
        Path state = Files.createDirectory(directory.resolve("state"));
        Path model = Files.write(directory.resolve("model.ply"), model());
        Path config = Files.writeString(directory.resolve("avatar.yaml"), """
                renderer: {port: 0, jolokia-port: 0, backend: auto, model: '%s', width: 64, height: 48, threads: 1,
                  target-fps: 20, idle-fps: 20}
                gpu: {device: GPU-57a0d101}
                state: {directory: '%s'}
                redis: {url: ''}
                """.formatted(model, state));
        program = FakeCudaDriverProcess.of(
                        file,
                        Map.of("XDG_RUNTIME_DIR", state.toString()),
                        List.of("io.bev.avatar.renderer.cli.RendererMain", "serve", "--config", config.toString()))
                .start();
        BufferedReader lines = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            output.add(line);
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                page = started.group(1);
                jolokia = "http://127.0.0.1:" + started.group(2) + "/jolokia/";
                assertThat(started.group(3)).contains("device 1, " + FakeCudaDriverProgram.NAME + ", works");
                break;
            }
        }
        assertThat(page).as("%s", output).isNotEmpty();
        Thread rest = new Thread(() -> lines.lines().forEach(output::add), "output");
        rest.setDaemon(true);
        rest.start();
    }

    @AfterEach
    void end() {
        program.destroyForcibly();
    }

    /** A cloud of degree 0. */
    private static byte[] model() throws IOException {
        StringBuilder header =
                new StringBuilder("ply\nformat binary_little_endian 1.0\nelement vertex " + GAUSSIANS + "\n");
        PROPERTIES.forEach(name -> header.append("property float ").append(name).append('\n'));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(header.append("end_header\n").toString().getBytes(UTF_8));
        Random random = new Random(1);
        ByteBuffer values =
                ByteBuffer.allocate(4 * GAUSSIANS * PROPERTIES.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < GAUSSIANS; i++) {
            for (String property : PROPERTIES) {
                values.putFloat(property.startsWith("scale") ? -2 : random.nextFloat() - 0.3f);
            }
        }
        bytes.write(values.array());
        return bytes.toByteArray();
    }

    private JsonNode ask(HttpRequest request) throws IOException, InterruptedException {
        return json.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private JsonNode health() throws IOException, InterruptedException {
        return ask(HttpRequest.newBuilder(URI.create(page + "/health")).build());
    }

    private JsonNode read(String type, String attribute) throws IOException, InterruptedException {
        String question = "{\"type\":\"read\",\"mbean\":\"bev.avatar:type=%s\",\"attribute\":\"%s\"}";
        return ask(HttpRequest.newBuilder(URI.create(jolokia))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(question.formatted(type, attribute)))
                        .build())
                .path("value");
    }

    private void awaitStatus(String status) throws Exception {
        while (!health().path("status").asText().equals(status)) {
            assertThat(program.isAlive()).as("%s", output).isTrue();
            Thread.sleep(20);
        }
    }

    @Test
    void gpuThatFailsTwice_isReplacedByTheCpu_andEndsTheProcess() throws Exception {
        awaitStatus("ok");
        assertThat(read("Gpu,device=0", "ContextState").asText()).isEqualTo("none");
        assertThat(read("Gpu,device=1", "ContextState").asText()).isEqualTo("active");
        assertThat(read("Gpu,device=1", "PciBusId").asText()).isEqualTo("0000:41:00.0");
        assertThat(read("Gpu,device=1", "UsedByRendererBytes").asLong()).isEqualTo(control.get(Word.ALLOCATED_BYTES));
        assertThat(read("Gpu,device=2", "Uuid").asText()).startsWith("GPU-91a0d102");
        assertThat(health().path("backend").asText()).isEqualTo("cuda (" + FakeCudaDriverProgram.NAME + ")");

        control.set(Word.CONTEXT_WAITS, 1);
        control.set(Word.LAUNCH_RESULT, 700);
        control.set(Word.LAUNCH_FAULT, 1);
        awaitStatus("degraded");

        JsonNode degraded = health();
        assertThat(degraded.path("reasons").toString()).contains("the GPU failed", "CUDA_ERROR_ILLEGAL_ADDRESS (700)");
        assertThat(degraded.path("backend").asText()).startsWith("cpu");
        assertThat(read("Renderer", "BackendFallbacks").asLong()).isEqualTo(1);
        assertThat(read("Gpu,device=1", "LastErrorCode").asInt()).isEqualTo(700);
        long drawn = read("Frames", "FramesRendered").asLong();
        while (read("Frames", "FramesRendered").asLong() <= drawn) {
            assertThat(program.isAlive()).as("%s", output).isTrue();
        }
        assertThat(read("Frames", "FramesFailed").asLong()).isZero();

        control.set(Word.CONTEXT_WAITS, 0);
        awaitStatus("ok");
        assertThat(read("Gpu,device=1", "ContextRebuilds").asLong()).isEqualTo(1);
        assertThat(read("Gpu,device=1", "ContextState").asText()).isEqualTo("active");

        control.set(Word.LAUNCH_FAULT, 1);

        assertThat(program.waitFor()).as("%s", output).isEqualTo(ExitCodes.TEMPORARY);
        assertThat(control.get(Word.MISUSES)).as("%s", output).isZero();
    }
}
