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

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void freshArchives_areToldToTheUnits_withoutARehearsal() throws Exception {
        Path archives = folder.resolve("archives");
        Installation programs = Installation.installed(folder, archives);
        for (Installation.Jar program : programs.all()) {
            Files.createDirectories(program.file().getParent());
            Files.writeString(program.file(), "not a jar: it cannot run");
            ClassArchive archive = programs.archive(program);
            archive.install(Files.writeString(folder.resolve("made"), "classes"), archive.ingredients());
        }

        assertThat(run(folder.toString(), archives.toString())).isZero();

        assertThat(archives.resolve("renderer.env"))
                .hasContent("BEV_CLASS_ARCHIVE=-XX:SharedArchiveFile=" + archives.resolve("renderer.jsa"));
        assertThat(archives.resolve("exporter.env"))
                .hasContent("BEV_CLASS_ARCHIVE=-XX:SharedArchiveFile=" + archives.resolve("exporter.jsa"));
    }

    @Test
    void programsThatAreNotThere_areNamed_andWhatAKilledRehearsalLeftIsRemoved() throws Exception {
        Path left = Files.createDirectories(folder.resolve("archives/workbench-1/state"));

        assertThat(run(
                        folder.resolve("nowhere").toString(),
                        folder.resolve("archives").toString()))
                .isEqualTo(69);

        assertThat(text()).contains("no class archives, so that starts take longer:", "nowhere");
        assertThat(folder.resolve("archives/renderer.env")).doesNotExist();
        assertThat(left.getParent()).doesNotExist();
    }

    @Test
    void missingFolder_isWrongUse() throws Exception {
        assertThat(run("one")).isEqualTo(64);
        assertThat(text()).contains("expected two folders", "found 1 arguments");
    }

    private int run(String... arguments) throws InterruptedException {
        return ArchiveMain.run(arguments, new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return said.toString(StandardCharsets.UTF_8);
    }
}
