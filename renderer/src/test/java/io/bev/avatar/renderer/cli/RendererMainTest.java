package io.bev.avatar.renderer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.common.cli.ExitCodes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RendererMainTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(Map<String, String> environment, String... arguments) {
        return RendererMain.execute(environment, new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void invalidConfiguration_listsEveryProblem_andExits78() throws Exception {
        Path file = Files.writeString(
                directory.resolve("avatar.yaml"),
                "renderer: {port: x, colour: red}\nrendrer: {}\nstream: {jpeg-quality: 0}\n");
        assertThat(run(Map.of(), "serve", "--config", file.toString())).isEqualTo(ExitCodes.CONFIG);
        assertThat(err.toString())
                .contains("4 problems")
                .contains("renderer.port: found 'x'")
                .contains("renderer.colour")
                .contains("rendrer: found an unknown section")
                .contains("stream.jpeg-quality")
                .doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void passwords_inAddresses_areNeverPrinted() throws Exception {
        String secret = "open-sesame";
        for (String url : List.of(
                "redis://user:" + secret + "@host:port",
                "ftp://:" + secret + "@host",
                "redis://user:" + secret + "@ho st",
                "redis://user:" + secret + "/" + secret + "@host:99999999")) {
            Path file = Files.writeString(
                    directory.resolve("avatar.yaml"),
                    "redis: {url: '" + url + "'}\nrenderer: {port: '" + url + "', background: '" + url + "', backend: '"
                            + url + "'}\n");
            assertThat(run(Map.of(), "serve", "--config", file.toString())).isEqualTo(ExitCodes.CONFIG);
            assertThat(err.toString())
                    .contains("redis.url", "renderer.port", "renderer.background", "renderer.backend")
                    .doesNotContain(secret);
        }
    }

    @Test
    void missingConfiguration_isOneProblem() {
        Path missing = directory.resolve("missing.yaml");
        assertThat(run(Map.of("BEV_AVATAR_CONFIG", missing.toString()))).isEqualTo(ExitCodes.CONFIG);
        assertThat(err.toString()).contains("missing.yaml").contains("1 problem");
    }

    @Test
    void invalidCommandLine_exits64_withoutFullHelp() {
        assertThat(run(Map.of(), "serve", "--modle", "x")).isEqualTo(ExitCodes.USAGE);
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString()).contains("--modle").contains("--help");
    }

    @Test
    void help_namesCommandsOptionsAndExitCodes() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(out.toString()).contains("serve", "render", "bench");
        assertThat(run(Map.of(), "serve", "--help")).isZero();
        assertThat(out.toString()).contains("--model").contains("--config").contains("78");
    }

    @Test
    void version_namesRendererAndJava() {
        assertThat(run(Map.of(), "--version")).isZero();
        assertThat(out.toString()).contains("avatar-renderer").contains("Java");
    }
}
