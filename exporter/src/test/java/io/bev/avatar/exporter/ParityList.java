package io.bev.avatar.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Metrics listed in {@code docs/exporter-parity.md} as exported by a peer only; {@code *} in a name is a wildcard. */
record ParityList(String peer, List<String> names) {

    private static final Path DOCUMENT = Path.of("../docs/exporter-parity.md");
    private static final Pattern NAME = Pattern.compile("`([a-z0-9_*]+)`");

    static ParityList read(String peer) throws IOException {
        String text = Files.readString(DOCUMENT);
        String section = text.substring(text.indexOf("\n## " + peer)).substring(1);
        int end = section.indexOf("\n## ");
        List<String> names = new ArrayList<>();
        (end < 0 ? section : section.substring(0, end))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .forEach(line -> {
                    Matcher name = NAME.matcher(line.split("\\|", -1)[1]);
                    while (name.find()) {
                        names.add(name.group(1));
                    }
                });
        return new ParityList(peer, List.copyOf(names));
    }

    /** Whether a metric is listed. */
    boolean has(String metric) {
        return names.stream().anyMatch(name -> metric.matches(name.replace("*", ".*")));
    }

    /** Asserts that every metric exported by the peer only is listed, and that no metric of this exporter is listed. */
    void check(Set<String> ours, Set<String> theirs) {
        assertThat(names).as("%s names metrics of %s", DOCUMENT, peer).isNotEmpty();
        assertThat(theirs.stream().filter(name -> !ours.contains(name)).filter(name -> !has(name)))
                .as("metrics of %s alone that %s does not explain: add them there, or to our collector", peer, DOCUMENT)
                .isEmpty();
        assertThat(names).as("%s lists what only this exporter has", DOCUMENT).doesNotContainAnyElementsOf(ours);
    }
}
