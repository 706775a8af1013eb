package io.bev.avatar.cds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchiveTest {

    @TempDir
    private Path directory;

    private Path jar;
    private ClassArchive archive;

    @BeforeEach
    void installArchive() throws Exception {
        jar = Files.writeString(directory.resolve("exporter.jar"), "jar");
        archive = new ClassArchive(
                directory.resolve("archives"), new Installation.Jar("exporter", jar, directory.resolve("jvm.flags")));
        archive.install(Files.writeString(directory.resolve("made.jsa"), "classes"), archive.inputs());
    }

    @Test
    void installedArchive_isUsed() throws Exception {
        assertThat(archive.isFresh()).isTrue();
        assertThat(archive.options()).containsExactly("-XX:SharedArchiveFile=" + archive.file());
        assertThat(archive.file()).hasContent("classes");
    }

    @Test
    void newerJar_makesArchiveStale() throws Exception {
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void differentLibraryOfSameTimeAndSize_makesArchiveStale() throws Exception {
        Path library = Files.createDirectory(directory.resolve("lib")).resolve("a.jar");
        FileTime time = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(Files.writeString(library, "one"), time);
        archive.install(Files.writeString(directory.resolve("made.jsa"), "classes"), archive.inputs());
        assertThat(archive.isFresh()).isTrue();

        Files.setLastModifiedTime(Files.writeString(library, "two"), time);

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void jarChangedDuringCreation_makesArchiveStale() throws Exception {
        String before = archive.inputs();
        Files.writeString(jar, "newer jar");

        archive.install(Files.writeString(directory.resolve("made.jsa"), "classes of before"), before);

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void archiveOfDifferentJava_isStale() throws Exception {
        Path inputsFile = directory.resolve("archives/exporter.inputs");
        Files.writeString(inputsFile, Files.readString(inputsFile).replaceFirst(".*", "Another VM 99"));

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void missingArchive_addsNoOption() throws Exception {
        Files.delete(archive.file());

        assertThat(archive.isFresh()).isFalse();
        assertThat(archive.options()).isEmpty();
    }
}
