package io.bev.avatar.launcher;

import io.bev.avatar.common.cli.ExitCodes;
import io.bev.avatar.launcher.program.Programs;
import io.bev.avatar.launcher.program.Rehearsal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code archive}: makes the class archives with which renderer and exporter start faster. */
@Command(
        name = "archive",
        mixinStandardHelpOptions = true,
        description = {
            "Make the class archives with which renderer and exporter start faster: both run once, on free ports,",
            "in a temporary folder. ./avatar up does this for the checkout; an installation is named with --program."
        })
final class ArchiveCommand implements Callable<Integer> {

    @Option(names = "--root", hidden = true, description = "The project's folder.")
    private @Nullable Path root;

    @Option(
            names = "--program",
            paramLabel = "DIR",
            description = "An installation's programs, in renderer/ and exporter/ below it")
    private @Nullable Path program;

    @Option(names = "--into", paramLabel = "DIR", description = "Folder of the archives, renderer.jsa and exporter.jsa")
    private @Nullable Path into;

    private final Console console;

    ArchiveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            new Rehearsal(programs()).run();
            console.done("archive", "renderer and exporter start from their class archives");
            return 0;
        } catch (IOException e) {
            console.fail("archive", String.valueOf(e.getMessage()));
            return ExitCodes.UNAVAILABLE;
        }
    }

    private Programs programs() throws IOException {
        Path installed = program;
        Path folder = into;
        Path checkout = root;
        if (installed != null && folder != null) {
            return Programs.installed(installed, folder);
        }
        if (checkout != null && installed == null && folder == null) {
            return Programs.of(checkout);
        }
        throw new IOException("found neither a checkout nor an installation: expected --program DIR --into DIR");
    }
}
