package io.bev.avatar.e2e.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped dashboards match their sources; {@code -Dgolden.update=true} regenerates them. */
class DashboardFilesTest {

    @Test
    void shippedDashboards_matchSources() throws IOException {
        DashboardJson dashboards = new DashboardJson(Dashboards.GRAFANA.resolve("sources"));
        for (String name : DashboardJson.NAMES) {
            Path shipped = Dashboards.DIRECTORY.resolve("avatar-" + name + ".json");
            String rendered = dashboards.render(name);
            if (Boolean.getBoolean("golden.update")) {
                Files.writeString(shipped, rendered);
            }
            assertThat(rendered)
                    .as(
                            "%s; after a change of grafana/sources: mvn test -pl launcher -am -Dtest=DashboardFilesTest"
                                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true",
                            shipped)
                    .isEqualTo(Files.readString(shipped));
        }
    }

    @Test
    void directories_containNothingElse() throws IOException {
        String[] names = DashboardJson.NAMES.toArray(new String[0]);
        assertThat(names(Dashboards.DIRECTORY)).containsExactlyInAnyOrder(each(names, "avatar-", ".json"));
        assertThat(names(Dashboards.GRAFANA.resolve("sources/dashboards")))
                .containsExactlyInAnyOrder(each(names, "", ".yml"));
    }

    @Test
    void unknownKey_isRejectedByName(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("x.yml"), """
            title: X
            about: Y
            rows: {R: [{title: A, about: B, unit: none, query: up, legned: x}]}
            """);
        assertThatThrownBy(() -> DashboardSource.read(file)).hasMessageContaining("legned");
    }

    @Test
    void panelWithoutDescription_isRejectedByTitle(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("x.yml"), """
            title: X
            about: Y
            rows: {R: [{title: A, unit: none, query: up}]}
            """);
        assertThatThrownBy(() -> DashboardSource.read(file)).hasMessageContaining("panel A: without `about`");
    }

    private static String[] each(String[] names, String before, String after) {
        return Stream.of(names).map(name -> before + name + after).toArray(String[]::new);
    }

    private static String[] names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toArray(String[]::new);
        }
    }
}
