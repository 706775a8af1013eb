package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens one device for rendering. */
public final class CudaBackend {

    /** First driver of CUDA 12.0. */
    private static final int[] MIN_DRIVER = {525, 60};

    private static final int MIN_CUDA = 12_000;

    /** No binary, invalid image, invalid PTX, PTX too new: errors after which another image is tried. */
    private static final Set<Integer> WRONG_IMAGE = Set.of(200, 209, 218, 222);

    private static final Logger LOG = LoggerFactory.getLogger(CudaBackend.class);

    private final CudaDriver driver;
    private final CudaDevice device;
    private final KernelCache images;
    private final double memoryFraction;
    private final long blockBytes;
    private final Ticker ticker;

    /**
     * @param memoryFraction maximum fraction of the device's memory to allocate
     * @param blockBytes size of the blocks in which memory is allocated
     */
    public CudaBackend(
            CudaDriver driver,
            CudaDevice device,
            KernelCache images,
            double memoryFraction,
            long blockBytes,
            Ticker ticker) {
        this.driver = driver;
        this.device = device;
        this.images = images;
        this.memoryFraction = memoryFraction;
        this.blockBytes = blockBytes;
        this.ticker = ticker;
    }

    public CudaDevice device() {
        return device;
    }

    public long budgetBytes() {
        return (long) (memoryFraction * device.totalBytes());
    }

    /** The requirement that the device or its driver does not meet; empty if it meets all. */
    public static Optional<String> unmetRequirement(CudaDevice device) {
        if (capability(device) < KernelCache.MIN_CAPABILITY) {
            return Optional.of(device.name() + " has compute capability " + device.computeCapability()
                    + ": expected 7.5 (Turing) or newer");
        }
        Optional<String> version = device.driverVersion();
        boolean old = version.isPresent()
                ? olderThan(version.get(), MIN_DRIVER)
                : (int) Math.round(1000 * Double.parseDouble(device.cudaVersion())) < MIN_CUDA;
        if (old) {
            return Optional.of("the NVIDIA driver is " + version.orElse("for CUDA " + device.cudaVersion())
                    + ": expected 525.60 (CUDA 12.0) or newer; update it");
        }
        return Optional.empty();
    }

    private static boolean olderThan(String version, int[] least) {
        String[] parts = version.split("\\.", -1);
        for (int i = 0; i < least.length; i++) {
            int part = i < parts.length ? Integer.parseInt(parts[i]) : 0;
            if (part != least[i]) {
                return part < least[i];
            }
        }
        return false;
    }

    private static int capability(CudaDevice device) {
        return Integer.parseInt(device.computeCapability().replace(".", ""));
    }

    /**
     * Opens a rasteriser in a new context.
     *
     * @throws CudaException if the device is unusable
     */
    public CudaRasterizer open() {
        return open(CudaRasterizer.Options.of(budgetBytes(), blockBytes));
    }

    /** See {@link #open()}. */
    CudaRasterizer open(CudaRasterizer.Options options) {
        Optional<String> unmetRequirement = unmetRequirement(device);
        if (unmetRequirement.isPresent()) {
            throw new CudaException("cuda", 803, unmetRequirement.get());
        }
        List<KernelCache.Image> candidates = images.forDevice(
                capability(device), device.cudaVersion(), device.driverVersion().orElse(device.cudaVersion()));
        CudaException failure = new CudaException("kernels", 209, "there is neither NVRTC nor packaged PTX");
        for (KernelCache.Image candidate : candidates) {
            CudaContext context = driver.open(device.index());
            try {
                CudaRasterizer opened = new CudaRasterizer(device.name(), context, candidate.image(), options, ticker);
                LOG.info("{} uses kernels from {}", device.name(), candidate.origin());
                return opened;
            } catch (CudaException e) {
                end(context);
                if (!WRONG_IMAGE.contains(e.code())) {
                    throw e;
                }
                LOG.warn("{} rejected the kernels from {}: {}", device.name(), candidate.origin(), e.getMessage());
                images.discard(candidate);
                failure = e;
            }
        }
        throw failure;
    }

    private static void end(CudaContext context) {
        try {
            context.close();
        } catch (CudaException e) {
            LOG.warn("Destroying the CUDA context failed: {}", e.getMessage());
        }
    }

    /**
     * Selects a device.
     *
     * @param wanted number, UUID (or its prefix, starting with {@code GPU-}) or PCI address
     * @throws IllegalArgumentException if no or more than one device matches
     */
    public static CudaDevice choose(List<CudaDevice> devices, String wanted) {
        String text = wanted.strip().toLowerCase(Locale.ROOT);
        List<CudaDevice> found = devices.stream()
                .filter(d -> text.equals(String.valueOf(d.index()))
                        || (text.startsWith("gpu-")
                                && d.uuid().toLowerCase(Locale.ROOT).startsWith(text))
                        || samePlace(d.pciBusId(), text))
                .toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new IllegalArgumentException("gpu.device: found " + wanted + ", expected "
                + (found.isEmpty() ? "one of " : "only one of ")
                + String.join(
                        ", ",
                        devices.stream()
                                .map(d -> d.index() + " (" + d.name() + ", " + d.uuid() + ", " + d.pciBusId() + ")")
                                .toList())
                + "; CUDA_VISIBLE_DEVICES hides others");
    }

    /** PCI addresses are written with domains of four or eight digits or without a domain. */
    private static boolean samePlace(String busId, String text) {
        return text.contains(":")
                && withoutDomain(busId.toLowerCase(Locale.ROOT)).equals(withoutDomain(text));
    }

    private static String withoutDomain(String busId) {
        return busId.replaceFirst("^0+:(?=[0-9a-f]+:)", "");
    }
}
