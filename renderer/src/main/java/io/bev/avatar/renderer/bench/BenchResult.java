package io.bev.avatar.renderer.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One measured number.
 *
 * @param name such as {@code render.cpu.lam.1280x720.fps}
 * @param value the number
 * @param unit such as {@code fps} or {@code ms}
 * @param details more that a reader may want, in order; strings and numbers
 */
public record BenchResult(String name, double value, String unit, Map<String, Object> details) {

    public BenchResult {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
