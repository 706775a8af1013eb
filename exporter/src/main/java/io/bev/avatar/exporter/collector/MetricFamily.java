package io.bev.avatar.exporter.collector;

import io.prometheus.client.Collector.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The samples of one metric, with its HELP and type. */
public record MetricFamily(Header header, List<Sample> samples) {

    /** Name as in OpenMetrics: that of a counter without {@code _total}. */
    public String name() {
        return header.name;
    }

    Type type() {
        return header.type;
    }

    /** Name, type and HELP, with their text in the format of the latest scrape. */
    static final class Header {

        private static final String TOTAL = "_total";

        private final String name;
        private final Type type;
        private final String help;

        /** Two threads may set it to the same content. */
        private volatile Series.@Nullable Text text;

        Header(String name, Type type, String help) {
            Series.requireName(name, true);
            this.name = type == Type.COUNTER && name.endsWith(TOTAL)
                    ? name.substring(0, name.length() - TOTAL.length())
                    : name;
            this.type = type;
            this.help = help;
        }

        boolean is(Type otherType, String otherHelp) {
            return type == otherType && help.equals(otherHelp);
        }

        Type type() {
            return type;
        }

        /** The comment lines before the samples. */
        byte[] text(TextFormat format) {
            Series.Text known = text;
            if (known == null || known.format() != format) {
                known = new Series.Text(format, format.header(name, type, help));
                text = known;
            }
            return known.bytes();
        }
    }
}
