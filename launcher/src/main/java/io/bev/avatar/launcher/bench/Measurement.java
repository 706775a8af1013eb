package io.bev.avatar.launcher.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One measured number.
 *
 * @param name such as {@code scrape.cpu.ratio}
 * @param value the number
 * @param unit such as {@code ratio} or {@code bytes}
 * @param details more that a reader may want, in order; strings and numbers
 */
record Measurement(String name, double value, String unit, Map<String, Object> details) {

    Measurement {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
