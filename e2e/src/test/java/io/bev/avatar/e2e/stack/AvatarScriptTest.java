package io.bev.avatar.e2e.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that the avatar script runs, in a checkout with empty jars and stub executables. */
class AvatarScriptTest {

    @TempDir
    private Path root;

    private Path bin;

    @BeforeEach
    void build() throws IOException {
        Files.copy(Path.of("..", "avatar"), root.resolve("avatar"));
        for (String module : List.of("common", "splat", "renderer", "exporter", "cds", "launcher", "bench")) {
            Path target = Files.createDirectories(root.resolve(module).resolve("target"));
            Files.createFile(target.resolve("avatar-" + module + "-1.jar"));
            // The build writes it last.
            Path tests = Files.createFile(target.resolve("avatar-" + module + "-1-tests.jar"));
            Files.setLastModifiedTime(tests, FileTime.from(Instant.now().plusSeconds(1)));
        }
        Files.createDirectories(root.resolve("systemd/target/tree"));
        Files.copy(Path.of("..", "systemd", "packages.sh"), root.resolve("systemd/packages.sh"));
        Files.createDirectories(root.resolve(".run"));
        Files.createFile(root.resolve(".run/built"));
        bin = Files.createDirectories(root.resolve("jdk/bin"));
        for (String program : List.of("javac", "mvn", "redis-server", "prometheus", "prometheus-alertmanager")) {
            program(program, "");
        }
        program("ldconfig", "echo libturbojpeg.so.0");
        program("java", "printf '%s ' \"$@\"; echo");
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @ParameterizedTest
    @CsvSource({
        "bench detect --json,bench bench detect --root ROOT --json",
        "bench --json detect,bench bench detect --root ROOT --json",
        "bench --json fleet --hosts 2,bench bench fleet --root ROOT --json --hosts 2",
        "bench --json detect --only cpu-hog,bench bench detect --root ROOT --json --only cpu-hog",
        "bench scrape --rounds 3,bench bench --root ROOT scrape --rounds 3",
        "bench --json --rounds 3 observer,bench bench --root ROOT --json --rounds 3 observer",
        "bench render --json,renderer bench render --json",
        "bench render --docs --model x.zip,bench bench --root ROOT render --docs --model x.zip",
        "bench --json render,renderer bench --json render"
    })
    void bench_optionsBeforeOrAfterName_runSameCommand(String arguments, String expected) throws Exception {
        Run run = run(Map.of(), arguments.split(" ", -1));

        String output = run.output();
        assertThat(run.code()).as(output).isZero();
        String called = output.replace(root.toRealPath().toString(), "ROOT").replace(root.toString(), "ROOT");
        String[] parts = expected.split(" ", 2);
        assertThat(called)
                .endsWith("-jar ROOT/" + parts[0] + "/target/avatar-" + parts[0] + "-1.jar " + parts[1] + " \n");
    }

    @Test
    void render_warningOfJava_isNotShown_andOtherErrorsAre() throws Exception {
        program(
                "java",
                "echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2; printf '1 %%\\r2 %%\\r' >&2;"
                        + " printf 'not found' >&2; exit 66");

        Run run = run(Map.of(), "render", "--help");

        assertThat(run.code()).isEqualTo(66);
        assertThat(run.output()).endsWith("1 %\r2 %\rnot found").doesNotContain("incubator");
    }

    @Test
    void anyCommand_withoutLocale_usesUtf8() throws Exception {
        program("java", "echo \"language $LC_ALL\"");

        assertThat(run(Map.of("LC_ALL", "C"), "health").output()).contains("language C.UTF-8");
    }

    @ParameterizedTest
    @CsvSource({"libturbojpeg, libturbojpeg", "libturbojpeg0, libturbojpeg0"})
    void up_missingLibrary_reportsPackageOfThisSystem(String known, String reported) throws Exception {
        program("ldconfig", "");
        program(
                "apt-cache",
                "[ $1 = show ] || echo \"  Candidate: $([ \"$2\" = " + known + " ] && echo 1.0 || echo '(none)')\"");

        Run run = run(Map.of(), "up", "--no-install");

        assertThat(run.code()).isEqualTo(69);
        assertThat(run.output()).contains("missing       " + reported + "; ").endsWith(" " + reported + "\n");
    }

    /** The printed command must work on a fresh machine. */
    @ParameterizedTest
    @CsvSource({
        "debian, 12, openjdk-17-jre-headless libturbojpeg0",
        "debian, 13, openjdk-21-jre-headless libturbojpeg0",
        "debian, , openjdk-21-jre-headless libturbojpeg0",
        "ubuntu, 22.04, openjdk-17-jre-headless libturbojpeg",
        "ubuntu, 24.04, openjdk-17-jre-headless libturbojpeg",
        "other, 1, openjdk-17-jre-headless libturbojpeg0"
    })
    void missingPackages_beforeFirstAptUpdate_existInThisDistribution(
            String id, @Nullable String version, String packages) throws Exception {
        program("apt-cache", "");
        Path release = Files.writeString(
                root.resolve("os-release"), "ID=" + id + (version == null ? "" : "\nVERSION_ID=\"" + version + "\""));

        assertThat(bash("PATH=" + bin + ":$PATH; . " + root.resolve("systemd/packages.sh") + "; os_release=" + release
                        + "; echo $(first_available openjdk-17-jre-headless openjdk-21-jre-headless)"
                        + " $(first_available libturbojpeg0 libturbojpeg)"))
                .isEqualTo(packages + "\n");
    }

    @Test
    void up_javaTooOld_isSkipped() throws Exception {
        Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"11.0.2\"\n");
        program("java", "echo too old");

        assertThat(run(Map.of(), "up", "--no-install").output()).doesNotContain("too old");
    }

    @Test
    void version_includesCommits_plainVersionOutsideClone() throws Exception {
        Files.createDirectory(root.resolve(".mvn"));
        Files.copy(Path.of("..", ".mvn", "build-version.sh"), root.resolve(".mvn/build-version.sh"));
        Path pom = Files.writeString(root.resolve("pom.xml"), "<revision>1.2.0-SNAPSHOT</revision>\n");

        assertThat(run(Map.of(), "--version").output()).isEqualTo("1.2.0-dev\n");

        git("init", "--quiet");
        git("add", "pom.xml");
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message=first");
        assertThat(run(Map.of(), "--version").output()).matches("1\\.2\\.0-dev\\.1\\.g[0-9a-f]{7}\n");

        Files.writeString(pom, "<revision>1.2.0-SNAPSHOT</revision><name/>\n");
        assertThat(run(Map.of(), "--version").output()).matches("1\\.2\\.0-dev\\.1\\.g[0-9a-f]{7}\\.dirty\n");

        assertThat(run(Map.of("AVATAR_BUILD_TIME", "20260131235959"), "--version")
                        .output())
                .endsWith(".dirty.20260131235959\n");

        Files.writeString(pom, "<revision>1.2.0</revision>\n");
        assertThat(run(Map.of("AVATAR_BUILD_TIME", "20260131235959"), "--version")
                        .output())
                .isEqualTo("1.2.0\n");
    }

    @Test
    void version_buildsOfTheSameCommit_grow() throws Exception {
        Files.createDirectory(root.resolve(".mvn"));
        Files.copy(Path.of("..", ".mvn", "build-version.sh"), root.resolve(".mvn/build-version.sh"));
        Files.writeString(root.resolve("pom.xml"), "<revision>1.2.0-SNAPSHOT</revision>\n");

        String first =
                run(Map.of("AVATAR_BUILD_TIME", "20260131235958"), "--version").output();
        String second =
                run(Map.of("AVATAR_BUILD_TIME", "20260131235959"), "--version").output();

        assertThat(first).isEqualTo("1.2.0-dev.0.20260131235958\n");
        assertThat(second).isGreaterThan(first);
    }

    /** Files that root would own in the checkout of a user make the user's next {@code ./avatar up} fail. */
    @ParameterizedTest
    @ValueSource(strings = {"package", "check", "render", "up"})
    void root_inCheckoutOfUser_leavesAllFilesToUser(String command) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "giving files to another user requires root");
        program(
                "mvn",
                "mkdir -p systemd/target; echo built >systemd/target/bev-avatar_1_amd64.deb; touch target-of-$(id -u)");
        program("java", "id -u; touch " + root + "/run-of-$(id -u)");
        Files.delete(root.resolve(".run/built"));
        give(root, 4321);

        Run run = run(Map.of(), command);

        assertThat(run.code()).as(run.output()).isZero();
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files)
                    .allSatisfy(file -> assertThat(Files.getAttribute(file, "unix:uid"))
                            .as(file.toString())
                            .isEqualTo(4321));
        }
        assertThat(root.resolve("target-of-4321")).exists();
    }

    private static void give(Path directory, int user) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", user, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    @Test
    void release_uncommittedChanges_areRejected() throws Exception {
        Path file = Files.writeString(root.resolve("pom.xml"), "<revision>1.2.0-SNAPSHOT</revision>\n");
        git("init", "--quiet");
        git("add", "pom.xml");
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message=first");
        Files.writeString(file, "<revision>1.3.0-SNAPSHOT</revision>\n");

        assertThat(run(Map.of(), "release").output()).contains("uncommitted changes; commit or stash them");
        Run version = run(Map.of(), "release", "next");
        assertThat(version.code()).isEqualTo(64);
        assertThat(version.output()).contains("found 'next', expected a version such as 0.2.0");
    }

    @Test
    void releaseNotes_areTheSectionOfTheVersion_otherwiseOfUnreleasedChanges() throws Exception {
        String changes = "# Changelog\n\n## [Unreleased]\n\n- new\n\n## [1.0.0] - 2026-01-01\n\n- old\n";
        Path file = Files.writeString(root.resolve("CHANGELOG.md"), changes);
        String notes = "eval \"$(sed -n '/^release_notes() {/,/^}/p' " + root.resolve("avatar") + ")\"; release_notes ";

        assertThat(bash(notes + "1.0.0 <" + file)).isEqualTo("# BEV Avatar 1.0.0\n\n- old\n");
        assertThat(bash(notes + "1.1.0 <" + file)).isEqualTo("# BEV Avatar 1.1.0\n\n- new\n\n");
    }

    private static String bash(String line) throws Exception {
        Process process =
                new ProcessBuilder("bash", "-c", line).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private void git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-C", root.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    private record Run(int code, String output) {}

    private Run run(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("bash", root.resolve("avatar").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
        builder.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }
}
