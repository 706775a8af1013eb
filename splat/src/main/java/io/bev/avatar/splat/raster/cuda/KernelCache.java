package io.bev.avatar.splat.raster.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernels as a device can run them: compiled for it by NVRTC and kept in a folder, or the PTX that came with the program,
 * which the driver compiles.
 */
public final class KernelCache {

    /** In the jar; see the test that makes it. */
    static final String PACKAGED = "/kernels/kernels.ptx";

    /** Least compute capability of {@link #PACKAGED}, and of every device: Turing. */
    static final int LEAST_CAPABILITY = 75;

    private static final Logger log = LoggerFactory.getLogger(KernelCache.class);

    private final Path folder;
    private final Compiler compiler;

    /** Finds the run-time compiler for a driver; see {@link Nvrtc#find}. */
    @FunctionalInterface
    interface Compiler {
        Nvrtc find(int driverMajor) throws Nvrtc.CompileException;
    }

    /** @param folder of ours, where compiled kernels are kept; made when needed */
    public KernelCache(Path folder) {
        this(folder, driverMajor -> Nvrtc.find(List.of(), driverMajor));
    }

    KernelCache(Path folder, Compiler compiler) {
        this.folder = folder;
        this.compiler = compiler;
    }

    /**
     * Something to load.
     *
     * @param origin for people
     * @param image see {@link CudaContext#loadModule}
     * @param kept where it is kept for later; empty for what came with the program
     */
    public record Image(String origin, byte[] image, Optional<Path> kept) {}

    /**
     * What may be loaded on a device, best first.
     *
     * @param capability 10 major + minor
     * @param cuda newest that the driver serves, such as {@code 12.6}
     * @param driver version of the driver
     */
    public List<Image> forDevice(int capability, String cuda, String driver) {
        List<Image> images = new ArrayList<>();
        try {
            compiled(capability, cuda, driver).ifPresent(images::add);
        } catch (Nvrtc.CompileException | IOException e) {
            log.warn("kernels not compiled for this device, the packaged PTX is used: {}", e.getMessage());
        }
        packaged().ifPresent(images::add);
        return images;
    }

    private Optional<Image> compiled(int capability, String cuda, String driver)
            throws Nvrtc.CompileException, IOException {
        Nvrtc nvrtc = compiler.find(Integer.parseInt(cuda.substring(0, cuda.indexOf('.'))));
        String source = KernelSource.program();
        String version = nvrtc.version();
        String name = key(source, String.join(" ", Nvrtc.OPTIONS), "sm_" + capability, driver, version) + ".cubin";
        String origin = "NVRTC " + version + " for sm_" + capability;
        Path kept = folder.resolve(name);
        if (Files.isRegularFile(kept)) {
            return Optional.of(new Image(origin + ", kept", Files.readAllBytes(kept), Optional.of(kept)));
        }
        Optional<byte[]> image = nvrtc.cubin(source, capability);
        if (image.isPresent()) {
            keep(kept, image.get());
        }
        return image.map(bytes -> new Image(origin, bytes, Optional.of(kept)));
    }

    /** Forgets an image that the device refused, so that the next start makes another. */
    void discard(Image refused) {
        refused.kept().ifPresent(file -> {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                log.warn("kernels that the device refuses stay in {}: {}", file, e.toString());
            }
        });
    }

    private void keep(Path file, byte[] image) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path part = Files.createTempFile(folder, "kernels", ".part");
        Files.write(part, image);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The PTX of this program's kernels, zero-ended; empty in a build without it. */
    static Optional<Image> packaged() {
        try (InputStream in = KernelCache.class.getResourceAsStream(PACKAGED)) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] text = in.readAllBytes();
            byte[] image = new byte[text.length + 1];
            System.arraycopy(text, 0, image, 0, text.length);
            return Optional.of(new Image("packaged PTX", image, Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A short name that differs when any part does. */
    static String key(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(UTF_8);
                digest.update((bytes.length + ":").getBytes(UTF_8));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
