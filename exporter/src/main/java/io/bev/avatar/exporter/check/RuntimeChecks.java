package io.bev.avatar.exporter.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Java and the native libraries. */
public final class RuntimeChecks implements Check {

    /**
     * A library.
     *
     * @param use what it is, as part of the result's name
     * @param file name for the dynamic linker
     * @param without what happens without it
     * @param remedy how to get it
     */
    public record Library(String use, String file, Status without, String remedy) {}

    private final int leastJava;
    private final Runtime.Version java;
    private final String javaHome;
    private final List<Library> libraries;
    private final Function<String, Optional<String>> linker;

    /** @param linker why a library cannot be loaded, empty when it can */
    public RuntimeChecks(
            int leastJava,
            Runtime.Version java,
            String javaHome,
            List<Library> libraries,
            Function<String, Optional<String>> linker) {
        this.leastJava = leastJava;
        this.java = java;
        this.javaHome = javaHome;
        this.libraries = List.copyOf(libraries);
        this.linker = linker;
    }

    @Override
    public String name() {
        return "java";
    }

    @Override
    public List<CheckResult> run() {
        List<CheckResult> results = new ArrayList<>();
        results.add(CheckResult.of(
                java.feature() >= leastJava,
                "java",
                java + " in " + javaHome,
                "Java " + leastJava + " or newer",
                "install it: apt-get install openjdk-" + leastJava + "-jre-headless"));
        for (Library library : libraries) {
            String expected = library.file() + " can be loaded";
            String name = "library-" + library.use();
            results.add(linker.apply(library.file())
                    .map(why -> new CheckResult(name, library.without(), why, expected, library.remedy()))
                    .orElseGet(() -> CheckResult.ok(name, library.file(), expected)));
        }
        return results;
    }
}
