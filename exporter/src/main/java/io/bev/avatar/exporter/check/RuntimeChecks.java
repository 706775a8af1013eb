package io.bev.avatar.exporter.check;

import io.bev.avatar.exporter.report.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Checks the Java version and native libraries. */
public final class RuntimeChecks implements Check {

    /**
     * A native library.
     *
     * @param use short name, used in the name of the result
     * @param file file name for the dynamic linker
     * @param statusIfMissing status if it cannot be loaded
     * @param remedy how to install it
     */
    public record Library(String use, String file, Status statusIfMissing, String remedy) {}

    private final int minJava;
    private final Runtime.Version java;
    private final String javaHome;
    private final List<Library> libraries;
    private final Function<String, Optional<String>> linker;

    /** @param linker returns the error of loading a library; empty on success */
    public RuntimeChecks(
            int minJava,
            Runtime.Version java,
            String javaHome,
            List<Library> libraries,
            Function<String, Optional<String>> linker) {
        this.minJava = minJava;
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
                java.feature() >= minJava,
                "java",
                java + " in " + javaHome,
                "Java " + minJava + " or newer",
                "apt-get install openjdk-" + minJava + "-jre-headless"));
        for (Library library : libraries) {
            String expected = library.file() + " loads";
            String name = "library-" + library.use();
            results.add(linker.apply(library.file())
                    .map(why -> new CheckResult(name, library.statusIfMissing(), why, expected, library.remedy()))
                    .orElseGet(() -> CheckResult.ok(name, library.file(), expected)));
        }
        return results;
    }
}
