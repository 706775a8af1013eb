package io.bev.avatar.e2e.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.bev.avatar.e2e.systemd.Container.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The table of docs/specification.md: each row of {@code specification.txt} with what its command printed on a machine. */
final class SpecificationTable {

    private static final String INTRODUCTION = """
            # Specification

            What the specification of the service asks, the command that shows it on an installed machine (as root), and what it printed there. Written by a test run; the
            commands are in `e2e/src/test/resources/specification.txt`. Not in the table: enforcement of the memory limit, which a container without a memory controller
            cannot show, and everything on a real GPU. Where the service differs by decision, [operations](operations.md) gives the reasons.

            Seen on %s.

            """;

    private SpecificationTable() {}

    /** Runs all commands; fails with every row whose output differs from the expected one. */
    static String of(BootedContainer machine) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder(INTRODUCTION.formatted(machine.shell(
                ". /etc/os-release; echo \"$PRETTY_NAME with $(systemctl --version | head -1 | cut -d ' ' -f 1-2)\"")));
        String asked = "";
        String command = "";
        for (String line : lines()) {
            if (line.startsWith("## ")) {
                text.append(line).append("\n\n| asked | command | seen |\n|---|---|---|\n");
            } else if (line.startsWith("$ ")) {
                command = line.substring(2);
            } else if (line.startsWith("= ")) {
                Result result = machine.run("bash", "-c", command);
                assertThat(result.output()).as("%s: %s", asked, command).matches("(?s)" + line.substring(2));
                text.append("| ")
                        .append(asked)
                        .append(" | `")
                        .append(cell(command))
                        .append("` | ");
                text.append(cell(result.output()).replace("\n", "<br>")).append(" |\n");
            } else if (!line.isBlank() && !line.startsWith("# ")) {
                asked = line;
            }
        }
        return text.toString().replace("|\n## ", "|\n\n## ");
    }

    /** File in docs/ with the table of this machine's release; other releases have files of their own. */
    static String file(BootedContainer machine) throws IOException, InterruptedException {
        return Container.RELEASE.equals(Path.of("/"))
                ? "specification.md"
                : machine.shell(". /etc/os-release; echo specification-$ID-$VERSION_ID.md");
    }

    private static String cell(String text) {
        return text.strip().replace("|", "\\|");
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = SpecificationTable.class.getResourceAsStream("/specification.txt")) {
            return new String(
                            Objects.requireNonNull(in, "specification.txt is missing")
                                    .readAllBytes(),
                            StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }
}
