package io.bev.avatar.cds;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * {@code java -jar avatar-cds.jar PROGRAMS ARCHIVES}: makes the class archives of an installation in the folder
 * ARCHIVES where they are missing or of another Java or build. Beside each, {@code renderer.env} and {@code exporter.env}
 * name it to systemd, as {@link #VARIABLE}: a unit that finds none starts without, which is only slower.
 */
public final class ArchiveMain {

    /** The environment variable by which a unit gives its JVM the archive. */
    static final String VARIABLE = "BEV_CLASS_ARCHIVE";

    private static final int USAGE = 64;
    private static final int UNAVAILABLE = 69;

    private ArchiveMain() {}

    /** Ends with 0 when the archives are there, 64 for wrong use, 69 when they could not be made. */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.exit(run(arguments, out));
    }

    static int run(String[] arguments, PrintStream out) throws InterruptedException {
        if (arguments.length != 2) {
            out.println("expected two folders, of the installed programs and of the archives; found " + arguments.length
                    + " arguments");
            return USAGE;
        }
        try {
            Installation programs = Installation.installed(Path.of(arguments[0]), Path.of(arguments[1]));
            TrainingRun rehearsal = new TrainingRun(programs);
            boolean fresh = rehearsal.isFresh();
            if (!fresh) {
                Sandbox.removeLeftOvers(Files.createDirectories(programs.archives()));
                rehearsal.run();
            }
            for (Installation.Jar program : programs.all()) {
                tell(programs, program);
            }
            out.println(fresh ? "the class archives are of this Java and build" : "the class archives are made");
            return 0;
        } catch (IOException | InvalidPathException e) {
            out.println("no class archives, so that starts take longer: " + e.getMessage());
            return UNAVAILABLE;
        }
    }

    private static void tell(Installation programs, Installation.Jar program) throws IOException {
        String line =
                VARIABLE + "=" + String.join(" ", programs.archive(program).options()) + "\n";
        Path file = programs.archives().resolve(program.name() + ".env");
        if (Files.exists(file) && Files.readString(file).equals(line)) {
            return;
        }
        Path written = Files.writeString(programs.archives().resolve(program.name() + ".env.new"), line);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
