package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.common.time.Ticker;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens one device for drawing. */
public final class CudaBackend {

    /** First driver of CUDA 12.0. */
    private static final int[] LEAST_DRIVER = {525, 60};

    private static final int LEAST_CUDA = 12_000;

    /** No binary, invalid image, invalid PTX, PTX too new: another image may do. */
    private static final Set<Integer> WRONG_IMAGE = Set.of(200, 209, 218, 222);

    private static final Logger log = LoggerFactory.getLogger(CudaBackend.class);

    private final CudaDriver driver;
    private final CudaDevice device;
    private final KernelCache images;
    private final double memoryFraction;
    private final long blockBytes;
    private final Ticker ticker;

    /**
     * @param memoryFraction share of the device's memory that may be taken
     * @param blockBytes memory is taken in blocks of this many bytes
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

    /** What the device or its driver lacks; empty when nothing. */
    public static Optional<String> lacking(CudaDevice device) {
        if (capability(device) < KernelCache.LEAST_CAPABILITY) {
            return Optional.of(device.name() + " has compute capability " + device.computeCapability()
                    + ": expected 7.5 (Turing) or newer");
        }
        Optional<String> version = device.driverVersion();
        boolean old = version.isPresent()
                ? olderThan(version.get(), LEAST_DRIVER)
                : (int) Math.round(1000 * Double.parseDouble(device.cudaVersion())) < LEAST_CUDA;
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
     * A rasteriser in a context of its own.
     *
     * @throws CudaException when the device cannot be used
     */
    public CudaRasterizer open() {
        return open(CudaRasterizer.Options.of(budgetBytes(), blockBytes));
    }

    /** See {@link #open()}. */
    CudaRasterizer open(CudaRasterizer.Options options) {
        Optional<String> lacking = lacking(device);
        if (lacking.isPresent()) {
            throw new CudaException("cuda", 803, lacking.get());
        }
        List<KernelCache.Image> candidates = images.forDevice(
                capability(device), device.cudaVersion(), device.driverVersion().orElse(device.cudaVersion()));
        CudaException refusal = new CudaException("kernels", 209, "there is neither NVRTC nor packaged PTX");
        for (KernelCache.Image candidate : candidates) {
            CudaContext context = driver.open(device.index());
            try {
                CudaRasterizer opened = new CudaRasterizer(device.name(), context, candidate.image(), options, ticker);
                log.info("{} draws with kernels from {}", device.name(), candidate.origin());
                return opened;
            } catch (CudaException e) {
                end(context);
                if (!WRONG_IMAGE.contains(e.code())) {
                    throw e;
                }
                log.warn("{} refuses the kernels from {}: {}", device.name(), candidate.origin(), e.getMessage());
                images.discard(candidate);
                refusal = e;
            }
        }
        throw refusal;
    }

    private static void end(CudaContext context) {
        try {
            context.close();
        } catch (CudaException e) {
            log.warn("the driver complains about the end of the context: {}", e.getMessage());
        }
    }

    /**
     * The device that is meant.
     *
     * @param wanted number, UUID (or its start, with {@code GPU-}) or PCI address
     * @throws IllegalArgumentException when it is not among {@code devices}
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

    /** PCI addresses are written with domains of four digits, of eight, and without. */
    private static boolean samePlace(String busId, String text) {
        return text.contains(":")
                && withoutDomain(busId.toLowerCase(Locale.ROOT)).equals(withoutDomain(text));
    }

    private static String withoutDomain(String busId) {
        return busId.replaceFirst("^0+:(?=[0-9a-f]+:)", "");
    }
}
