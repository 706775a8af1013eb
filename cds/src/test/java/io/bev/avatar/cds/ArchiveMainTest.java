package io.bev.avatar.cds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveMainTest {

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @Test
    void freshArchives_writtenToEnvironmentFiles_withoutTrainingRun() throws Exception {
        Path archives = directory.resolve("archives");
        Installation installation = Installation.installed(directory, archives);
        for (Installation.Jar application : installation.all()) {
            Files.createDirectories(application.file().getParent());
            Files.writeString(application.file(), "not a jar, cannot run");
            ClassArchive archive = installation.archive(application);
            archive.install(Files.writeString(directory.resolve("made"), "classes"), archive.inputs());
        }

        assertThat(run(directory.toString(), archives.toString())).isZero();

        assertThat(archives.resolve("renderer.env"))
                .hasContent("BEV_CLASS_ARCHIVE=-XX:SharedArchiveFile=" + archives.resolve("renderer.jsa"));
        assertThat(archives.resolve("exporter.env"))
                .hasContent("BEV_CLASS_ARCHIVE=-XX:SharedArchiveFile=" + archives.resolve("exporter.jsa"));
    }

    @Test
    void missingApplications_reported_andLeftoversOfKilledTrainingRunRemoved() throws Exception {
        Path leftover = Files.createDirectories(directory.resolve("archives/sandbox-1/state"));

        assertThat(run(
                        directory.resolve("nowhere").toString(),
                        directory.resolve("archives").toString()))
                .isEqualTo(69);

        assertThat(text()).contains("Class archives not created, starts take longer:", "nowhere");
        assertThat(directory.resolve("archives/renderer.env")).doesNotExist();
        assertThat(leftover.getParent()).doesNotExist();
    }

    @Test
    void missingDirectory_isUsageError() throws Exception {
        assertThat(run("one")).isEqualTo(64);
        assertThat(text()).contains("expected two directories", "found 1 arguments");
    }

    private int run(String... arguments) throws InterruptedException {
        return ArchiveMain.run(arguments, new PrintStream(output, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return output.toString(StandardCharsets.UTF_8);
    }
}
