package io.bev.avatar.e2e.systemd;

import static io.bev.avatar.e2e.systemd.BootedContainer.EXPORTER;
import static io.bev.avatar.e2e.systemd.BootedContainer.RENDERER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bev.avatar.e2e.systemd.Container.Result;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Life cycle of the Debian package with dpkg, on a real systemd. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PackageIT {

    private static final Path TARGET = BootedContainer.ROOT.resolve("systemd/target");

    @RegisterExtension
    static final BootedContainer machine = new BootedContainer();

    private static String deb = "";

    @BeforeAll
    static void install() throws IOException, InterruptedException {
        assumeTrue(machine.run("dpkg", "--version").exit() == 0, "dpkg is not installed");
        Path built = TARGET;
        try (DirectoryStream<Path> packages = Files.newDirectoryStream(TARGET, "*.deb")) {
            // The name has the version: packages of earlier builds may be beside it.
            Optional<Path> newest = StreamSupport.stream(packages.spliterator(), false)
                    .max(Comparator.comparing(file -> file.toFile().lastModified()));
            assumeTrue(newest.isPresent(), "the package is not built; run mvn package without -Dquick");
            built = newest.get();
        }
        deb = built.toString();
        machine.classArchives(false);
        // Container images prevent packages from starting services.
        machine.shell("[ ! -e /usr/sbin/policy-rc.d ] || chmod -x /usr/sbin/policy-rc.d");
        // Loads the name of the target, as after an earlier installation: its parts must still be started.
        machine.property("bev-avatar.target", "Wants");
        Result installed = dpkg("-i", deb);
        assertThat(installed.exit()).as(installed.output()).isZero();
    }

    @Test
    @Order(1)
    void package_containsInstallerTree_ownedByRoot_withFixedTimes() throws Exception {
        List<String> listed = machine.shell("dpkg-deb -c " + deb).lines().toList();

        assertThat(listed).allMatch(line -> line.contains(" root/root "));
        assertThat(listed).allMatch(line -> line.contains(" 2026-01-01 "));
        TreeSet<String> files = new TreeSet<>();
        listed.stream()
                .filter(line -> !line.endsWith("/"))
                .map(line -> line.replaceFirst(".* \\./", ""))
                .forEach(files::add);
        String tree = machine.shell("cd " + TARGET.resolve("tree") + " && find . -type f | cut -c 3- | sort");
        assertThat(files)
                .containsExactlyInAnyOrderElementsOf(tree.lines().toList())
                .contains("usr/share/doc/bev-avatar/sbom.cdx.json")
                .contains("usr/share/doc/bev-avatar/THIRD-PARTY-NOTICES.txt");
        assertThat(machine.shell("dpkg-deb -f " + deb + " Version").replace('~', '-'))
                .isEqualTo(machine.shell("avatar --version"));
        assertThat(machine.shell("dpkg-deb -f " + deb + " Package Architecture Depends"))
                .contains("Package: bev-avatar", "openjdk-17-jre-headless");
        assertThat(machine.shell("dpkg-deb -I " + deb + " conffiles").lines())
                .containsExactly("/etc/logrotate.d/bev-avatar");
    }

    @Test
    @Order(2)
    void install_startsServices() throws Exception {
        machine.await("frames", "curl -sf http://127.0.0.1:8080/health/ready");
        machine.await("metrics", "curl -sf http://127.0.0.1:9818/-/ready");
        assertThat(machine.shell("dpkg -V bev-avatar")).isEmpty();
        assertThat(machine.shell("systemctl is-enabled bev-avatar.target " + RENDERER + " " + EXPORTER
                        + " bev-avatar-gpu.service"))
                .isEqualTo("enabled\nenabled\nenabled\nenabled");
        assertThat(machine.shell("stat -c '%a %U %G' /etc/bev-avatar/avatar.yaml /etc/bev-avatar/credentials/*"))
                .isEqualTo("640 root bev-avatar\n600 root root\n600 root root");
        assertThat(machine.shell("systemd-analyze verify --man=no " + RENDERER)).isEmpty();
    }

    @Test
    @Order(3)
    void installer_rejectsInstalledPackage() throws Exception {
        Result rejected = machine.install();
        assertThat(rejected.exit()).isEqualTo(69);
        assertThat(rejected.output()).contains("the package bev-avatar is installed");
        Result kept = machine.uninstall();
        assertThat(kept.exit()).isEqualTo(69);
        assertThat(kept.output()).contains("apt-get remove bev-avatar");
    }

    @Test
    @Order(4)
    void package_isUpgradedRemovedInstalledAgainAndPurged() throws Exception {
        upgrade_restartsOnce_keepsStateAndEdits();
        remove_keepsDataAndConfiguration();
        installAgain_restoresState_purgeRemovesEverything();
    }

    private static void upgrade_restartsOnce_keepsStateAndEdits() throws Exception {
        machine.shell("redis-cli XADD avatar:state:updates '*' json '{\"emotion\":\"curious\",\"intensity\":0.9}'");
        machine.await("the new state", "curl -s http://127.0.0.1:8080/state | grep curious");
        machine.shell("echo '# edited' | tee -a /etc/bev-avatar/avatar.yaml /etc/logrotate.d/bev-avatar");
        Result newer = machine.run("bash", "-ec", """
            mkdir -p /root/newer && cd /root/newer && dpkg-deb -R %s x
            sed -i 's/^Version: .*/Version: 99.0.0/' x/DEBIAN/control
            echo '# of 99.0.0' >>x/etc/logrotate.d/bev-avatar
            dpkg-deb -Znone -b x newer.deb\
            """.formatted(deb));
        assertThat(newer.exit()).as(newer.output()).isZero();
        String process = machine.property(RENDERER, "MainPID");
        machine.classArchives(true);
        machine.provoke("upgrade", "true");

        Result upgraded = dpkg("-i", "--force-confold", "/root/newer/newer.deb");

        assertThat(upgraded.exit()).as(upgraded.output()).isZero();
        machine.awaitReady("upgrade");
        machine.reportReady("upgrade of the package to READY", "upgrade");
        assertThat(machine.property(RENDERER, "MainPID")).isNotEqualTo(process);
        if (upgraded.output().contains("no class archives")) {
            System.out.println("class archives not created in time: " + upgraded.output());
        } else {
            assertThat(machine.shell("cat /proc/" + machine.property(RENDERER, "MainPID") + "/maps"))
                    .as("created before the restart")
                    .contains("/var/cache/bev-avatar/renderer.jsa");
        }
        machine.classArchives(false);
        assertThat(machine.journal(RENDERER, "upgrade").split("Started " + RENDERER, -1))
                .hasSize(2);
        assertThat(machine.shell("curl -s http://127.0.0.1:8080/state")).contains("curious", "\"intensity\":0.9");
        assertThat(machine.shell("tail -qn 1 /etc/bev-avatar/avatar.yaml /etc/logrotate.d/bev-avatar"))
                .isEqualTo("# edited\n# edited");
        assertThat(machine.shell("dpkg-query -W -f '${Version}' bev-avatar")).isEqualTo("99.0.0");
    }

    private static void remove_keepsDataAndConfiguration() throws Exception {
        Result removed = dpkg("-r", "bev-avatar");

        assertThat(removed.exit()).as(removed.output()).isZero();
        assertThat(machine.filesAdded())
                .filteredOn(path -> !path.startsWith("/root"))
                .isNotEmpty()
                .allMatch(path -> path.matches("(/etc|/var/lib|/var/log)/bev-avatar(/.*)?"
                        + "|/etc/logrotate.d/bev-avatar(\\.dpkg-dist)?"
                        // kept by systemd's helpers until the purge
                        + "|/etc/systemd/system/bev-a[a-z-]*\\.(service|target)"
                        + "|/etc/systemd/system/(multi-user|bev-avatar)\\.target\\.wants(/.*)?"));
        assertThat(machine.shell("systemctl list-units --plain --no-legend 'bev-a*'"))
                .isEmpty();
    }

    private static void installAgain_restoresState_purgeRemovesEverything() throws Exception {
        Result again = dpkg("-i", "--force-confold", deb);
        assertThat(again.exit()).as(again.output()).isZero();
        machine.await("the previous state", "curl -sf http://127.0.0.1:8080/state | grep curious");
        assertThat(machine.shell("tail -1 /etc/bev-avatar/avatar.yaml")).isEqualTo("# edited");

        Result purged = dpkg("-P", "bev-avatar");

        assertThat(purged.exit()).as(purged.output()).isZero();
        assertThat(machine.filesAdded()).isEmpty();
        assertThat(machine.filesGone()).isEmpty();
        assertThat(machine.shell("getent passwd starlord bev-avatar-exporter; getent group bev-avatar"))
                .isEmpty();
        assertThat(machine.shell("systemctl list-unit-files --plain --no-legend 'bev-a*'"))
                .isEmpty();
    }

    @Test
    @Order(5)
    void package_rejectsInstallationByScript() throws Exception {
        dpkg("-P", "bev-avatar");
        machine.shell("mkdir -p /usr/lib/bev-avatar && touch /usr/lib/bev-avatar/installed-files");

        Result rejected = dpkg("-i", deb);

        assertThat(rejected.exit()).isNotZero();
        assertThat(rejected.output()).contains("uninstall-avatar-service.sh first");
    }

    private static Result dpkg(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "dpkg";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return machine.run(command);
    }
}
