package io.bev.avatar.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version of an installed Prometheus, from its {@code --version}. */
public record PrometheusVersion(int major, int minor) {

    private static final Pattern VERSION = Pattern.compile("version (\\d+)\\.(\\d+)");

    /** Runs {@code EXECUTABLE --version}. */
    public static PrometheusVersion of(String program) throws IOException {
        Process process = new ProcessBuilder(program, "--version")
                .redirectErrorStream(true)
                .start();
        return parse(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    /** From text such as {@code prometheus, version 2.42.0+ds (branch: ...)}. */
    static PrometheusVersion parse(String text) throws IOException {
        Matcher match = VERSION.matcher(text);
        if (!match.find()) {
            throw new IOException(
                    "prometheus --version printed '" + text.strip() + "', expected a version; reinstall prometheus");
        }
        return new PrometheusVersion(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)));
    }

    /** Whether rules may use {@code keep_firing_for}: since 2.42. */
    public boolean keepsFiring() {
        return major > 2 || (major == 2 && minor >= 42);
    }
}
