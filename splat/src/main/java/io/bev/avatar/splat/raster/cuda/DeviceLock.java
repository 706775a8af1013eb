package io.bev.avatar.splat.raster.cuda;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds one CUDA device for this renderer alone. The lock is one of the kernel's on a file named after the device's UUID, so
 * it goes with the process, however that ends; the file's text says who holds it. It binds renderers, not other programs: for
 * these there is the driver's exclusive compute mode.
 */
public final class DeviceLock implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DeviceLock.class);
    private static final int MOST_BYTES = 1024;
    private static final Pattern UNIT = Pattern.compile("([^/]+\\.service)(?:/.*)?$");

    private final @Nullable FileChannel channel;

    private DeviceLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /** Who asks for a device, and where the locks are. */
    public record Place(List<Path> directories, long pid, Optional<String> unit, Clock clock) {

        public Place {
            directories = List.copyOf(directories);
        }

        /**
         * This machine's: the directory that the installation makes for all renderers, else the user's run directory, else
         * the renderer's own, which then protects only from another renderer with the same state.
         *
         * @param runtimeDirectory {@code XDG_RUNTIME_DIR}, empty when there is none
         * @param own exists
         */
        public static Place ofMachine(String runtimeDirectory, Path own, Clock clock) {
            List<Path> directories = runtimeDirectory.isEmpty()
                    ? List.of(Path.of("/run/bev-avatar-devices"), own)
                    : List.of(Path.of("/run/bev-avatar-devices"), Path.of(runtimeDirectory), own);
            return new Place(directories, ProcessHandle.current().pid(), unit(Path.of("/proc/self/cgroup")), clock);
        }

        /** The systemd unit that a file like {@code /proc/self/cgroup} names. */
        static Optional<String> unit(Path cgroups) {
            try {
                for (String line : Files.readAllLines(cgroups)) {
                    Matcher match = UNIT.matcher(line);
                    if (match.find() && !match.group(1).startsWith("user@")) {
                        return Optional.of(match.group(1));
                    }
                }
            } catch (IOException e) {
                log.debug("no unit known", e);
            }
            return Optional.empty();
        }

        private String text() {
            return "process " + pid + unit.map(name -> " of " + name).orElse("") + " since "
                    + Instant.now(clock).truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /**
     * Takes the device. Where no directory lets a lock be made, that is logged and the device is used without.
     *
     * @throws DeviceInUseException when another renderer has it
     */
    public static DeviceLock take(CudaDevice device, Place place) throws DeviceInUseException {
        for (Path directory : place.directories()) {
            if (!Files.isWritable(directory)) {
                continue;
            }
            Path file = directory.resolve("device-" + device.uuid() + ".lock");
            try {
                return take(device, file, place);
            } catch (IOException e) {
                log.warn("no lock on {} in {}: {}", device.uuid(), directory, e.toString());
            }
        }
        log.warn(
                "{} is used without a lock: none of {} can be written; another renderer may take it as well",
                device.uuid(),
                place.directories());
        return new DeviceLock(null);
    }

    private static DeviceLock take(CudaDevice device, Path file, Place place) throws IOException, DeviceInUseException {
        FileChannel opened =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            shareWithGroup(file);
            FileLock lock = opened.tryLock();
            if (lock == null) {
                throw new DeviceInUseException(device, holder(opened));
            }
            opened.truncate(0);
            opened.write(ByteBuffer.wrap((place.text() + "\n").getBytes(StandardCharsets.UTF_8)), 0);
            return new DeviceLock(opened);
        } catch (OverlappingFileLockException e) {
            opened.close();
            throw new DeviceInUseException(device, "this very process");
        } catch (IOException | DeviceInUseException e) {
            opened.close();
            throw e;
        }
    }

    /** Renderers of other users in the directory's group must be able to try the lock; the file may be theirs already. */
    private static void shareWithGroup(Path file) throws IOException {
        if (Files.getOwner(file).equals(Files.getOwner(Path.of("/proc/self")))) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        }
    }

    private static String holder(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        file.read(bytes, 0);
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "a process that is only starting" : text;
    }

    /** Lets the device go. */
    @Override
    public void close() {
        if (channel != null) {
            try {
                channel.truncate(0);
                channel.close();
            } catch (IOException e) {
                log.warn("device lock: {}", e.toString());
            }
        }
    }
}
