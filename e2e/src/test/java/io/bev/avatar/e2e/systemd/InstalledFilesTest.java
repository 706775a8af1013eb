package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.common.config.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Shipped scripts, units and manual pages. */
class InstalledFilesTest {

    private static final Path SYSTEMD = BootedContainer.ROOT.resolve("systemd");

    @Test
    void scripts_passShellcheck() throws Exception {
        assumeTrue(succeeds("shellcheck", "--version"), "shellcheck is not installed");
        List<String> command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
        try (Stream<Path> installed = Files.walk(SYSTEMD);
                Stream<Path> containers = Files.walk(BootedContainer.ROOT.resolve("containers"))) {
            List<Path> files = new ArrayList<>(installed.toList());
            files.addAll(containers.toList());
            files.stream()
                    .filter(file -> !file.startsWith(SYSTEMD.resolve("target")))
                    .filter(InstalledFilesTest::isScript)
                    .map(file -> BootedContainer.ROOT.relativize(file).toString())
                    .sorted()
                    .forEach(command::add);
        }
        assertThat(command)
                .contains(
                        "systemd/setup.sh",
                        "systemd/deb/postinst",
                        "systemd/bin/avatar",
                        "containers/avatar-container");
        assertThat(output(command.toArray(String[]::new))).isEmpty();
    }

    @Test
    void manualPages_areWellFormed() throws Exception {
        assumeTrue(succeeds("man", "--version"), "man is not installed");
        for (String page : List.of("avatar.1", "avatar.yaml.5", "bev-advanced-avatar.service.8")) {
            Path file = SYSTEMD.resolve("man").resolve(page);
            assertThat(output("sh", "-c", "man --warnings -l " + file + " 2>&1 >/dev/null"))
                    .as(page)
                    .isEmpty();
        }
    }

    @Test
    void configurationManualPage_documentsEverySection() throws Exception {
        String page = Files.readString(SYSTEMD.resolve("man/avatar.yaml.5"));
        assertThat(Config.SECTIONS).allSatisfy(section -> assertThat(page).contains(".It Sy " + section + "\n"));
    }

    @Test
    void everyUnit_isDocumentedAndHasAManualPage() throws IOException {
        try (Stream<Path> units = Files.list(SYSTEMD.resolve("units"))) {
            assertThat(units.toList())
                    .isNotEmpty()
                    .allSatisfy(unit -> assertThat(Files.readString(unit)).contains("Documentation=man:"));
        }
        for (String unit : List.of(
                "bev-avatar-archive.service",
                "bev-avatar-exporter.service",
                "bev-avatar-gpu.service",
                "bev-avatar.target")) {
            assertThat(SYSTEMD.resolve("man/" + unit + ".8")).hasContent(".so man8/bev-advanced-avatar.service.8\n");
        }
    }

    @Test
    void udevRule_startsGpuSetupWhenDriverIsLoaded() throws Exception {
        assumeTrue(succeeds("udevadm", "--version"), "udevadm is not installed: apt-get install udev");
        assumeTrue(succeeds("unshare", "--mount", "true"), "mounting /run requires root");
        assumeTrue(succeeds("sh", "-c", "ls /sys/module/*/uevent"), "this kernel has no modules visible to udev");
        // Any module of this machine replaces the driver's, because udev reads the device from the kernel.
        String output = output("unshare", "--mount", "--propagation", "private", "bash", "-ec", """
            module=$(cd /sys/module && ls -d */uevent | head -1)
            module=${module%/uevent}
            mount -t tmpfs tmpfs /run
            mkdir -p /run/udev/rules.d
            sed "s/\"nvidia\"/\"$module\"/" systemd/config/udev.rules >/run/udev/rules.d/70-bev-avatar.rules
            udevadm test --action=add "/sys/module/$module" 2>&1\
            """);
        assertThat(output)
                .contains("rules.d/70-bev-avatar.rules", "SYSTEMD_WANTS=bev-avatar-gpu.service")
                .containsPattern("TAGS=.*:systemd:")
                .doesNotContain("70-bev-avatar.rules:");
    }

    private static boolean isScript(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        String name = file.toString().toLowerCase(Locale.ROOT);
        try {
            return name.endsWith(".sh")
                    || (Files.size(file) < 100_000
                            && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).startsWith("#!"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(BootedContainer.ROOT.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text.strip();
    }
}
