package io.bev.avatar.exporter.collector.host;

import io.bev.avatar.exporter.collector.MetricSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code node_os_info} and {@code node_os_version} from {@code os-release(5)}. */
final class OsCollector implements HostSubcollector {

    private static final String[] LABELS = {
        "build_id",
        "id",
        "id_like",
        "image_id",
        "image_version",
        "name",
        "pretty_name",
        "variant",
        "variant_id",
        "version",
        "version_codename",
        "version_id"
    };

    private static final Pattern VERSION = Pattern.compile("^[0-9]+\\.?[0-9]*");

    private final List<Path> candidates;

    /** @param candidates files in order of preference */
    OsCollector(List<Path> candidates) {
        this.candidates = List.copyOf(candidates);
    }

    @Override
    public void read(HostFiles files, MetricSink out) throws IOException {
        Map<String, String> release = new HashMap<>();
        for (String line : HostFiles.lines(text())) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#")) {
                release.put(
                        line.substring(0, equals).strip(),
                        unquote(line.substring(equals + 1).strip()));
            }
        }
        List<String> labels = new ArrayList<>();
        for (String label : LABELS) {
            labels.add(label);
            labels.add(value(release, label));
        }
        out.gauge(
                "node_os_info",
                "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, image_version, name,"
                        + " pretty_name, variant, variant_id, version, version_codename, version_id.",
                1,
                labels.toArray(new String[0]));
        Matcher version = VERSION.matcher(value(release, "version_id"));
        if (version.find()) {
            out.gauge(
                    "node_os_version",
                    "Metric containing the major.minor part of the OS version.",
                    Double.parseDouble(version.group()),
                    "id",
                    value(release, "id"),
                    "id_like",
                    value(release, "id_like"),
                    "name",
                    value(release, "name"));
        }
    }

    private String text() throws IOException {
        for (Path file : candidates) {
            Optional<String> text = HostFiles.optional(file);
            if (text.isPresent()) {
                return text.get();
            }
        }
        throw new SourceAbsentException(candidates.toString());
    }

    private static String value(Map<String, String> release, String label) {
        return release.getOrDefault(label.toUpperCase(Locale.ROOT), "");
    }

    private static String unquote(String value) {
        boolean quoted = value.length() > 1
                && (value.startsWith("\"") || value.startsWith("'"))
                && value.charAt(0) == value.charAt(value.length() - 1);
        return quoted ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1") : value;
    }
}
