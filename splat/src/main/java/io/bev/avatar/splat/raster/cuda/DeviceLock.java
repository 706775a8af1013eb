package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
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
 * Exclusive lock of this renderer on one CUDA device. It is a kernel file lock on a file named after the device's UUID,
 * so it is released with the process, however that ends; the text of the file names the holder. It applies to renderers
 * only; for other processes use the driver's exclusive compute mode.
 */
public final class DeviceLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceLock.class);
    private static final int MAX_HOLDER_BYTES = 1024;
    private static final Pattern UNIT = Pattern.compile("([^/]+\\.service)(?:/.*)?$");

    private final @Nullable FileChannel channel;

    private DeviceLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /** The requesting process, and the directories of the locks. */
    public record Place(List<Path> directories, long pid, Optional<String> unit, Clock clock) {

        public Place {
            directories = List.copyOf(directories);
        }

        /**
         * The directories of this machine: the one that the installation creates for all renderers, otherwise the
         * user's run directory, otherwise the renderer's own, which protects only against another renderer with the
         * same state directory.
         *
         * @param runtimeDirectory {@code XDG_RUNTIME_DIR}, empty if unset
         * @param own the renderer's own directory, which exists
         */
        public static Place ofMachine(String runtimeDirectory, Path own, Clock clock) {
            List<Path> directories = runtimeDirectory.isEmpty()
                    ? List.of(Path.of("/run/bev-avatar-devices"), own)
                    : List.of(Path.of("/run/bev-avatar-devices"), Path.of(runtimeDirectory), own);
            return new Place(directories, ProcessHandle.current().pid(), unit(Path.of("/proc/self/cgroup")), clock);
        }

        /** The systemd unit named by a file like {@code /proc/self/cgroup}. */
        static Optional<String> unit(Path cgroups) {
            try {
                for (String line : BoundedFiles.readLines(cgroups, BoundedFiles.MAX_BYTES)) {
                    Matcher match = UNIT.matcher(line);
                    if (match.find() && !match.group(1).startsWith("user@")) {
                        return Optional.of(match.group(1));
                    }
                }
            } catch (IOException e) {
                LOG.debug("unknown unit", e);
            }
            return Optional.empty();
        }

        private String text() {
            return "process " + pid + unit.map(name -> " of " + name).orElse("") + " since "
                    + Instant.now(clock).truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /**
     * Locks the device. If no directory is writable, a warning is logged and the device is used without a lock. @throws
     * DeviceInUseException if another renderer holds the lock
     */
    public static DeviceLock acquire(CudaDevice device, Place place) throws DeviceInUseException {
        for (Path directory : place.directories()) {
            if (!Files.isWritable(directory)) {
                continue;
            }
            Path file = directory.resolve("device-" + device.uuid() + ".lock");
            try {
                return acquire(device, file, place);
            } catch (IOException e) {
                LOG.warn("Locking {} in {} failed: {}", device.uuid(), directory, ErrorText.of(e));
            }
        }
        LOG.warn(
                "Using {} without a lock: none of {} is writable; another renderer may use the same GPU",
                device.uuid(),
                place.directories());
        return new DeviceLock(null);
    }

    private static DeviceLock acquire(CudaDevice device, Path file, Place place)
            throws IOException, DeviceInUseException {
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
            throw new DeviceInUseException(device, "this process");
        } catch (IOException | DeviceInUseException e) {
            opened.close();
            throw e;
        }
    }

    /**
     * Lets renderers of other users in the directory's group try the lock; the file may already belong to one of them.
     */
    private static void shareWithGroup(Path file) throws IOException {
        if (Files.getOwner(file).equals(Files.getOwner(Path.of("/proc/self")))) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        }
    }

    private static String holder(FileChannel file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_HOLDER_BYTES);
        file.read(bytes, 0);
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "a process that is still starting" : text;
    }

    /** Releases the device. */
    @Override
    public void close() {
        if (channel != null) {
            try {
                channel.truncate(0);
                channel.close();
            } catch (IOException e) {
                LOG.warn("Releasing the device lock failed: {}", ErrorText.of(e));
            }
        }
    }
}
