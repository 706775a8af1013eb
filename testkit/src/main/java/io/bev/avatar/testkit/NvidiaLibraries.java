package io.bev.avatar.testkit;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.cds.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * NVIDIA's own {@code libnvidia-ml.so.1} and {@code libcuda.so.1}, from Debian's packages for a machine without a GPU.
 * They are downloaded into {@code target}, with an apt configuration of its own, and are not part of this project.
 */
public final class NvidiaLibraries {

    private static final List<String> PACKAGES = List.of("libnvidia-ml1", "libcuda1");
    private static final Path DOWNLOADS = Path.of("target", "nvidia-libraries").toAbsolutePath();
    private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");
    private static final long TIMEOUT_SECONDS = 120;

    private NvidiaLibraries() {}

    /** Directory of the libraries; skips the test, with the reason, where they are unavailable or a driver is loaded. */
    public static Path require() throws IOException, InterruptedException {
        assumeFalse(
                Files.exists(Path.of("/proc/driver/nvidia/version")),
                "needs a machine without an NVIDIA driver: another version of its library does not work with it");
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "needs the architecture amd64");
        for (String command : List.of("apt-get", "dpkg-deb")) {
            assumeTrue(Installation.find(command).isPresent(), "needs " + command + " to get NVIDIA's libraries");
        }
        Optional<Path> present = directory();
        if (present.isPresent()) {
            return present.get();
        }
        download();
        return directory()
                .orElseThrow(() -> new IOException("no libcuda.so.1 and libnvidia-ml.so.1 below " + DOWNLOADS));
    }

    private static Optional<Path> directory() throws IOException {
        Path libraries = DOWNLOADS.resolve("root/usr/lib/x86_64-linux-gnu/nvidia/current");
        return Files.exists(libraries.resolve("libcuda.so.1")) && Files.exists(libraries.resolve("libnvidia-ml.so.1"))
                ? Optional.of(libraries)
                : Optional.empty();
    }

    private static void download() throws IOException, InterruptedException {
        Path lists = DOWNLOADS.resolve("lists");
        Path cache = DOWNLOADS.resolve("cache");
        Files.createDirectories(lists.resolve("partial"));
        Files.createDirectories(cache.resolve("archives/partial"));
        Path sources = Files.writeString(DOWNLOADS.resolve("sources.list"), sources());
        List<String> apt = new ArrayList<>(List.of("apt-get", "-q"));
        for (String option : List.of(
                "Dir::Etc::sourcelist=" + sources,
                "Dir::Etc::sourceparts=-",
                "Dir::State::lists=" + lists,
                "Dir::Cache=" + cache,
                "APT::Sandbox::User=" + System.getProperty("user.name"),
                "Acquire::Retries=0",
                "Acquire::http::Timeout=15",
                "Acquire::https::Timeout=15",
                "APT::Update::Error-Mode=any")) {
            apt.addAll(List.of("-o", option));
        }
        run(apt, "update");
        List<String> download = new ArrayList<>(apt);
        download.add("download");
        run(download, PACKAGES.toArray(String[]::new));
        try (DirectoryStream<Path> packages = Files.newDirectoryStream(DOWNLOADS, "*.deb")) {
            for (Path file : packages) {
                run(
                        List.of("dpkg-deb", "-x"),
                        file.toString(),
                        DOWNLOADS.resolve("root").toString());
            }
        }
    }

    /** The non-free component of this machine's Debian archive. */
    private static String sources() throws IOException, InterruptedException {
        String targets = output(new ProcessBuilder(
                "apt-get", "indextargets", "Created-By: Packages", "--format", "$(REPO_URI) $(RELEASE)"));
        for (String line : targets.split("\n", -1)) {
            String[] words = line.split(" ", -1);
            if (words.length == 2 && words[0].matches(".*/debian/?") && !words[1].contains("-")) {
                String key = Files.exists(KEYRING) ? "[signed-by=" + KEYRING + "] " : "";
                return "deb " + key + words[0] + " " + words[1] + " non-free\n";
            }
        }
        assumeTrue(false, "needs an apt source of Debian, found: " + targets);
        return "";
    }

    private static void run(List<String> command, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(arguments));
        Path log = DOWNLOADS.resolve("log");
        Process process = new ProcessBuilder(all)
                .directory(DOWNLOADS.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        assumeTrue(
                ended && process.exitValue() == 0,
                "NVIDIA's libraries cannot be downloaded: " + String.join(" ", all) + ": " + Files.readString(log));
    }

    private static String output(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }
}
