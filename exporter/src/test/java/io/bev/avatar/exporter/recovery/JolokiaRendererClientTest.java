package io.bev.avatar.exporter.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bev.avatar.exporter.client.BoundedHttpClient;
import io.bev.avatar.testkit.StubHttpServer;
import io.bev.avatar.testkit.StubHttpServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JolokiaRendererClientTest {

    private static final String NO_GPU = "{\"status\":404,\"error\":\"No MBean with pattern\"}";
    private static final String GPUS = """
        {"status":200,"value":{
          "bev.avatar:device=0,type=Gpu":{"Uuid":"GPU-0","ContextState":"none"},
          "bev.avatar:device=1,type=Gpu":{"Uuid":"GPU-1","ContextState":"active"}}}\
        """;

    @TempDir
    Path directory;

    private final BoundedHttpClient http = new BoundedHttpClient();
    private String gpus = GPUS;
    private String executed = "{\"status\":200,\"value\":4096}";
    private StubHttpServer jolokia;
    private JolokiaRendererClient control;

    @BeforeEach
    void open() throws IOException {
        jolokia = new StubHttpServer(request -> Answer.json(request.body().contains("Gpu,*") ? gpus : executed));
        Path password = Files.writeString(directory.resolve("password"), "open-sesame\nnot this\n");
        control = new JolokiaRendererClient(jolokia.address("/jolokia/"), password, http);
    }

    @AfterEach
    void close() {
        jolokia.close();
        http.close();
    }

    private JsonNode last() throws IOException {
        List<StubHttpServer.Asked> asked = jolokia.asked();
        return new ObjectMapper().readTree(asked.get(asked.size() - 1).body());
    }

    @Test
    void trim_callsTheGpuInUse_withThePassword() throws Exception {
        assertThat(control.trimMemory("GPU-1")).isEqualTo("4096 bytes released");

        assertThat(last().path("type").asText()).isEqualTo("exec");
        assertThat(last().path("mbean").asText()).isEqualTo("bev.avatar:device=1,type=Gpu");
        assertThat(last().path("operation").asText()).isEqualTo("trimMemory");
        assertThat(jolokia.asked())
                .allMatch(asked -> asked.header("Authorization").equals("Basic YXZhdGFyOm9wZW4tc2VzYW1l"));
    }

    @Test
    void gpuOperations_withoutTheirGpu_areNotApplicable() {
        assertThatThrownBy(() -> control.rebuildContext("GPU-0"))
                .isInstanceOf(RendererClient.NotApplicableException.class)
                .hasMessage("the renderer uses GPU-1 and not GPU-0");

        gpus = GPUS.replace("active", "none");
        assertThatThrownBy(() -> control.rebuildContext("GPU-1"))
                .isInstanceOf(RendererClient.NotApplicableException.class)
                .hasMessage("the renderer does not use a GPU");

        gpus = NO_GPU;
        assertThatThrownBy(() -> control.trimMemory(""))
                .isInstanceOf(RendererClient.NotApplicableException.class)
                .hasMessage("the renderer has no GPU");
        assertThat(jolokia.asked()).noneMatch(asked -> asked.body().contains("exec"));
    }

    @Test
    void gpuReleasedMeanwhile_isNotApplicable() {
        executed = "{\"status\":500,\"error_type\":\"java.lang.IllegalStateException\",\"error\":\"trimMemory: not in"
                + " use\"}";

        assertThatThrownBy(() -> control.trimMemory(""))
                .isInstanceOf(RendererClient.NotApplicableException.class)
                .hasMessageContaining("not in use");
    }

    @Test
    void frameRate_isReadAndSet() throws Exception {
        executed = "{\"status\":200,\"value\":30}";
        assertThat(control.targetFps()).isEqualTo(30);
        assertThat(last().path("attribute").asText()).isEqualTo("TargetFps");

        control.setTargetFps(20);
        assertThat(last().path("arguments").toString()).isEqualTo("[20]");

        executed = "{\"status\":200,\"value\":\"many\"}";
        assertThatThrownBy(() -> control.targetFps()).hasMessageContaining("expected an integer");
    }

    @Test
    void rejection_hasAReason_andIsNotRetried() {
        jolokia.answer(
                request -> Answer.status(401, "{\"status\":401,\"error\":\"control operations need user avatar\"}"));

        assertThatThrownBy(() -> control.restart())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("HTTP 401, control operations need user avatar");
        assertThat(jolokia.asked()).hasSize(1);
    }

    @Test
    void responseWithoutJson_isReportedByItsStatus() {
        jolokia.answer(request -> Answer.status(502, "<html>Bad Gateway</html>"));

        assertThatThrownBy(() -> control.restart())
                .isInstanceOf(IOException.class)
                .hasMessage("HTTP 502, no error text");
    }

    @Test
    void unreadablePasswordFile_isNamed() throws Exception {
        Files.delete(directory.resolve("password"));

        assertThatThrownBy(() -> control.restart())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("exporter.recovery.control-password-file")
                .hasMessageContaining(directory.resolve("password").toString());
        assertThat(jolokia.asked()).isEmpty();
    }
}
