package io.bev.avatar.exporter.check;

import java.util.List;

/** Lookup of results by name. */
record Results(List<CheckResult> all) {

    CheckResult get(String name) {
        return all.stream()
                .filter(result -> result.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " among " + all));
    }
}
