package io.bev.avatar.splat.raster.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The CUDA devices of this machine.
 *
 * @param devices empty if there is no driver or it reports none
 * @param problem the reason why there is none; empty if there is one
 */
public record CudaDevices(List<CudaDevice> devices, Optional<String> problem) {

    private static final String NO_DEVICE = "the NVIDIA driver reports no device: run 'modprobe nvidia', give this user"
            + " access to /dev/nvidia*, and check CUDA_VISIBLE_DEVICES, which may hide it";

    /** CUDA_ERROR_NO_DEVICE; cuInit also returns it without the kernel module, and when every device is hidden. */
    private static final int NO_DEVICE_CODE = 100;

    public CudaDevices {
        devices = List.copyOf(devices);
    }

    static CudaDevices none(String problem) {
        return new CudaDevices(List.of(), Optional.of(problem));
    }

    /** Queries the driver. */
    static CudaDevices of(CudaDriver driver, Optional<String> driverVersion) {
        try {
            driver.init();
            int version = driver.version();
            String cuda = version / 1000 + "." + version % 1000 / 10;
            List<CudaDevice> found = new ArrayList<>();
            for (int i = 0; i < driver.deviceCount(); i++) {
                int capability = driver.computeCapability(i);
                found.add(new CudaDevice(
                        i,
                        driver.name(i),
                        uuidText(driver.uuid(i)),
                        driver.pciBusId(i).toLowerCase(Locale.ROOT),
                        driver.totalBytes(i),
                        capability / 10 + "." + capability % 10,
                        cuda,
                        driverVersion));
            }
            return found.isEmpty() ? none(NO_DEVICE) : new CudaDevices(found, Optional.empty());
        } catch (CudaException e) {
            return none(e.code() == NO_DEVICE_CODE ? NO_DEVICE : "the NVIDIA driver does not work: " + e.getMessage());
        }
    }

    /** {@code GPU-} and the bytes in the format of RFC 9562. */
    static String uuidText(byte[] bytes) {
        if (bytes.length != 16) {
            throw new IllegalArgumentException(bytes.length + " bytes: expected 16");
        }
        StringBuilder text = new StringBuilder("GPU-");
        for (int i = 0; i < bytes.length; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                text.append('-');
            }
            text.append(String.format(Locale.ROOT, "%02x", bytes[i] & 0xff));
        }
        return text.toString();
    }
}
