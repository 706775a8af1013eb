package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.io.BoundedFiles;
import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Discovers CUDA devices, without loading native code on a machine without the driver. */
public final class CudaDiscovery {

    private static final Path DRIVER_VERSION = Path.of("/proc/driver/nvidia/version");
    private static final Pattern VERSION = Pattern.compile("Kernel Module[^0-9]*(\\d+(?:\\.\\d+)+)");

    private final DriverLibrary library;
    private final Path nativeDirectory;
    private final Path versionFile;
    private final Supplier<CudaDriver> driver;

    CudaDiscovery(DriverLibrary library, Path nativeDirectory, Path versionFile, Supplier<CudaDriver> driver) {
        this.library = library;
        this.nativeDirectory = nativeDirectory;
        this.versionFile = versionFile;
        this.driver = driver;
    }

    /**
     * @param environment of the process
     * @param nativeDirectory a private directory for jcuda's native library; created if needed
     */
    public static CudaDiscovery ofMachine(Map<String, String> environment, Path nativeDirectory) {
        return new CudaDiscovery(
                DriverLibrary.ofMachine(environment.getOrDefault("LD_LIBRARY_PATH", "")),
                nativeDirectory,
                DRIVER_VERSION,
                JcudaDriver::new);
    }

    /** The driver; call only after {@link #find} has found devices, which loads the library. */
    public static CudaDriver driver() {
        return new JcudaDriver();
    }

    /** The devices, or the reason why there is none. */
    public CudaDevices find() {
        if (library.find().isEmpty()) {
            return CudaDevices.none("no NVIDIA driver: " + DriverLibrary.NAME + " not found");
        }
        try {
            Files.createDirectories(
                    nativeDirectory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException | UnsupportedOperationException e) {
            return CudaDevices.none("no directory for jcuda's library: " + ErrorText.of(e));
        }
        return unpackingInto(nativeDirectory, () -> {
            try {
                String name = NativeLibraryExtractor.ofDriver();
                if (!NativeLibraryExtractor.isOnPath(System.getProperty("java.library.path", ""), name)) {
                    NativeLibraryExtractor.unpack(name, nativeDirectory);
                }
                return CudaDevices.of(driver.get(), driverVersion());
            } catch (IOException e) {
                return CudaDevices.none("jcuda's library cannot be unpacked: " + ErrorText.of(e));
            } catch (LinkageError e) {
                return CudaDevices.none("jcuda's library cannot be loaded: " + e.getMessage());
            }
        });
    }

    /**
     * Runs {@code work} while {@code java.io.tmpdir} is {@code directory}. jcuda unpacks its library under a fixed name
     * into that directory and loads any existing file; in the shared temporary directory that could be a file of any
     * user.
     */
    private static CudaDevices unpackingInto(Path directory, Supplier<CudaDevices> work) {
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", directory.toAbsolutePath().toString());
        try {
            return work.get();
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    private Optional<String> driverVersion() {
        try {
            Matcher match = VERSION.matcher(BoundedFiles.readString(versionFile));
            return match.find() ? Optional.of(match.group(1)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
