package io.bev.avatar.cds;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * {@code java -jar avatar-cds.jar INSTALLATION ARCHIVES}: creates the class archives of an installation in the
 * directory ARCHIVES if they are missing or belong to another Java version or build. Next to them, {@code renderer.env}
 * and {@code exporter.env} pass the archive to the systemd units as {@link #VARIABLE}; without these files a unit
 * starts without the archive, which only takes longer.
 */
public final class ArchiveMain {

    /** Environment variable that passes the archive option from the unit to the JVM. */
    static final String VARIABLE = "BEV_CLASS_ARCHIVE";

    private static final int USAGE = 64;
    private static final int UNAVAILABLE = 69;

    private ArchiveMain() {}

    /** Exits with 0 when the archives are up to date, 64 for wrong usage, 69 when they could not be created. */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.exit(run(arguments, out));
    }

    static int run(String[] arguments, PrintStream out) throws InterruptedException {
        if (arguments.length == 1 && arguments[0].equals("--version")) {
            String version = ArchiveMain.class.getPackage().getImplementationVersion();
            out.println("avatar-cds " + (version == null ? "development" : version));
            return 0;
        }
        if (arguments.length != 2) {
            out.println("expected two directories, of the installation and of the class archives; found "
                    + arguments.length + " arguments");
            return USAGE;
        }
        try {
            Installation installation = Installation.installed(Path.of(arguments[0]), Path.of(arguments[1]));
            TrainingRun training = new TrainingRun(installation);
            boolean fresh = training.isFresh();
            if (!fresh) {
                Sandbox.removeLeftOvers(Files.createDirectories(installation.archives()));
                training.run();
            }
            for (Installation.Jar application : installation.all()) {
                writeEnvironmentFile(installation, application);
            }
            out.println(fresh ? "Class archives are up to date" : "Class archives created");
            return 0;
        } catch (IOException | InvalidPathException e) {
            out.println("Class archives not created, starts take longer: " + e.getMessage());
            return UNAVAILABLE;
        }
    }

    private static void writeEnvironmentFile(Installation installation, Installation.Jar application)
            throws IOException {
        String line = VARIABLE + "="
                + String.join(" ", installation.archive(application).options()) + "\n";
        Path file = installation.archives().resolve(application.name() + ".env");
        if (Files.exists(file) && Files.readString(file).equals(line)) {
            return;
        }
        Path temporary = Files.writeString(installation.archives().resolve(application.name() + ".env.new"), line);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
