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
    private Path folder;

    private Path jar;
    private ClassArchive archive;

    @BeforeEach
    void aProgramWithAnArchive() throws Exception {
        jar = Files.writeString(folder.resolve("exporter.jar"), "jar");
        archive = new ClassArchive(
                folder.resolve("archives"), new Installation.Jar("exporter", jar, folder.resolve("jvm.flags")));
        archive.install(Files.writeString(folder.resolve("made.jsa"), "classes"), archive.ingredients());
    }

    @Test
    void installedArchive_isUsed() throws Exception {
        assertThat(archive.isFresh()).isTrue();
        assertThat(archive.options()).containsExactly("-XX:SharedArchiveFile=" + archive.file());
        assertThat(archive.file()).hasContent("classes");
    }

    @Test
    void newerJar_makesItStale() throws Exception {
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void otherLibraryOfTheSameTimeAndSize_makesItStale() throws Exception {
        Path library = Files.createDirectory(folder.resolve("lib")).resolve("a.jar");
        FileTime time = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(Files.writeString(library, "one"), time);
        archive.install(Files.writeString(folder.resolve("made.jsa"), "classes"), archive.ingredients());
        assertThat(archive.isFresh()).isTrue();

        Files.setLastModifiedTime(Files.writeString(library, "two"), time);

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void jarThatChangedWhileItWasMade_makesItStale() throws Exception {
        String before = archive.ingredients();
        Files.writeString(jar, "newer jar");

        archive.install(Files.writeString(folder.resolve("made.jsa"), "classes of before"), before);

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void archiveOfAnotherJava_isStale() throws Exception {
        Path label = folder.resolve("archives/exporter.made-of");
        Files.writeString(label, Files.readString(label).replaceFirst(".*", "Another VM 99"));

        assertThat(archive.isFresh()).isFalse();
    }

    @Test
    void missingArchive_addsNoFlag() throws Exception {
        Files.delete(archive.file());

        assertThat(archive.isFresh()).isFalse();
        assertThat(archive.options()).isEmpty();
    }
}
