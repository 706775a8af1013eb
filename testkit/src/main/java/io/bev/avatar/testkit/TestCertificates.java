package io.bev.avatar.testkit;

import io.bev.avatar.cds.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Certificates of a temporary CA, created with openssl, for 127.0.0.1 and localhost. Skips the test without openssl.
 */
public final class TestCertificates {

    private final Path directory;

    private TestCertificates(Path directory) {
        this.directory = directory;
    }

    public static TestCertificates make(Path directory) throws IOException, InterruptedException {
        Assumptions.assumeTrue(Installation.find("openssl").isPresent(), "openssl is not installed");
        TestCertificates made = new TestCertificates(Files.createDirectories(directory));
        made.openssl(("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-authority -keyout ca.key -out ca.pem"
                        + " -addext keyUsage=critical,keyCertSign,cRLSign")
                .split(" ", -1));
        made.issue("server", "-newkey ec -pkeyopt ec_paramgen_curve:P-256");
        return made;
    }

    /** Creates a certificate and key named {@code name.pem} and {@code name.key}; replaces older ones. */
    public void issue(String name, String kind) throws IOException, InterruptedException {
        openssl(("req " + kind + " -nodes -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr")
                .split(" ", -1));
        Files.writeString(directory.resolve("names.cnf"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
        openssl(("x509 -req -in " + name
                        + ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names.cnf -out " + name
                        + ".pem")
                .split(" ", -1));
    }

    /** Runs openssl in the directory. */
    public void openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }

    public Path file(String name) {
        return directory.resolve(name);
    }

    public Path authority() {
        return file("ca.pem");
    }
}
