package io.bev.avatar.splat.raster.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for CUDA devices, touching no native code on a machine without the driver. */
public final class CudaDiscovery {

    private static final Path DRIVER_VERSION = Path.of("/proc/driver/nvidia/version");
    private static final Pattern VERSION = Pattern.compile("Kernel Module[^0-9]*(\\d+(?:\\.\\d+)+)");

    private final DriverLibrary library;
    private final Path nativeFolder;
    private final Path versionFile;
    private final Supplier<CudaDriver> driver;

    CudaDiscovery(DriverLibrary library, Path nativeFolder, Path versionFile, Supplier<CudaDriver> driver) {
        this.library = library;
        this.nativeFolder = nativeFolder;
        this.versionFile = versionFile;
        this.driver = driver;
    }

    /**
     * @param environment of the process
     * @param nativeFolder a folder of ours for jcuda's native library; made when needed
     */
    public static CudaDiscovery ofMachine(Map<String, String> environment, Path nativeFolder) {
        return new CudaDiscovery(
                DriverLibrary.ofMachine(environment.getOrDefault("LD_LIBRARY_PATH", "")),
                nativeFolder,
                DRIVER_VERSION,
                JcudaDriver::new);
    }

    /** The driver, once {@link #find} has found devices: its library is loaded then. */
    public static CudaDriver driver() {
        return new JcudaDriver();
    }

    /** The devices, or why there are none. */
    public CudaDevices find() {
        if (library.find().isEmpty()) {
            return CudaDevices.none("no NVIDIA driver: " + DriverLibrary.NAME + " not found");
        }
        try {
            Files.createDirectories(
                    nativeFolder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException | UnsupportedOperationException e) {
            return CudaDevices.none("no folder for jcuda's library: " + e);
        }
        return unpackingInto(nativeFolder, () -> {
            try {
                String name = NativeLibraryExtractor.ofDriver();
                if (!NativeLibraryExtractor.isOn(System.getProperty("java.library.path", ""), name)) {
                    NativeLibraryExtractor.put(name, nativeFolder);
                }
                return CudaDevices.of(driver.get(), driverVersion());
            } catch (IOException e) {
                return CudaDevices.none("jcuda's library cannot be unpacked: " + e);
            } catch (LinkageError e) {
                return CudaDevices.none("jcuda's library cannot be loaded: " + e.getMessage());
            }
        });
    }

    /**
     * Runs {@code work} while {@code java.io.tmpdir} is {@code folder}. jcuda unpacks its library under a fixed name into
     * that place and loads what lies there: in the common temporary folder, anybody's file.
     */
    private static CudaDevices unpackingInto(Path folder, Supplier<CudaDevices> work) {
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", folder.toAbsolutePath().toString());
        try {
            return work.get();
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }
    }

    private Optional<String> driverVersion() {
        try {
            Matcher match = VERSION.matcher(Files.readString(versionFile, StandardCharsets.UTF_8));
            return match.find() ? Optional.of(match.group(1)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
