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

/** The metrics that {@code docs/exporter-parity.md} says only a peer has: names, in which {@code *} stands for any text. */
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

    private boolean has(String metric) {
        return names.stream().anyMatch(name -> metric.matches(name.replace("*", ".*")));
    }

    /** Every metric of the peer's alone is listed, and nothing is listed by name that is ours. */
    void check(Set<String> ours, Set<String> theirs) {
        assertThat(names).as("%s names metrics of %s", DOCUMENT, peer).isNotEmpty();
        assertThat(theirs.stream().filter(name -> !ours.contains(name)).filter(name -> !has(name)))
                .as("metrics of %s alone that %s does not explain: add them there, or to our collector", peer, DOCUMENT)
                .isEmpty();
        assertThat(names).as("%s lists what is ours", DOCUMENT).doesNotContainAnyElementsOf(ours);
    }
}
