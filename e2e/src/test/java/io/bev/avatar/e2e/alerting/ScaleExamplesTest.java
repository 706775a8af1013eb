package io.bev.avatar.e2e.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example configurations of {@code docs/scale.md}, checked with promtool. */
class ScaleExamplesTest {

    private static final Path EXAMPLES = RuleFiles.DIRECTORY.resolve("examples");

    @Test
    void everyExample_isValid_andDocumented() throws Exception {
        String page = Files.readString(RuleFiles.ROOT.resolve("docs/scale.md"));
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(EXAMPLES, "*.yml")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                names.add(name);
                List<String> command = new ArrayList<>(List.of("promtool", "check", "config"));
                if (name.equals("agent.yml")) {
                    command.add("--agent");
                }
                if (name.endsWith(".rules.yml")) {
                    command = new ArrayList<>(List.of("promtool", "check", "rules", "--lint=all", "--lint-fatal"));
                }
                command.add(name);
                RuleFiles.run(EXAMPLES, command.toArray(new String[0])).succeeded();
                assertThat(page).contains("alerting-rules/examples/" + name);
            }
        }
        assertThat(names).contains("fleet.yml", "shard.yml", "global.yml", "global.rules.yml", "agent.yml");
    }
}
