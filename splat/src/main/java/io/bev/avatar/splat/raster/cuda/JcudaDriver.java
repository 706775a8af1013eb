package io.bev.avatar.splat.raster.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;

import java.nio.charset.StandardCharsets;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUuuid;
import jcuda.driver.JCudaDriver;

/** {@link CudaDriver} through jcuda. The first use of an instance loads the native library; see {@link CudaDiscovery}. */
final class JcudaDriver implements CudaDriver {

    private static final int NAME_BYTES = 256;
    private static final int BUS_ID_BYTES = 16;

    @Override
    public void init() {
        check("cuInit", JCudaDriver.cuInit(0));
    }

    @Override
    public int version() {
        int[] version = new int[1];
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        return version[0];
    }

    @Override
    public int deviceCount() {
        int[] count = new int[1];
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    @Override
    public String name(int index) {
        byte[] name = new byte[NAME_BYTES];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device(index)));
        return untilNul(name);
    }

    @Override
    public byte[] uuid(int index) {
        CUuuid uuid = new CUuuid();
        check("cuDeviceGetUuid", JCudaDriver.cuDeviceGetUuid(uuid, device(index)));
        return uuid.bytes;
    }

    @Override
    public String pciBusId(int index) {
        String[] id = new String[1];
        check("cuDeviceGetPCIBusId", JCudaDriver.cuDeviceGetPCIBusId(id, BUS_ID_BYTES, device(index)));
        return id[0].strip();
    }

    @Override
    public long totalBytes(int index) {
        long[] bytes = new long[1];
        check("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(bytes, device(index)));
        return bytes[0];
    }

    @Override
    public int computeCapability(int index) {
        return 10 * attribute(index, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(index, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
    }

    @Override
    public CudaContext open(int index) {
        return new JcudaContext(device(index));
    }

    private static int attribute(int index, int attribute) {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device(index)));
        return value[0];
    }

    private static CUdevice device(int index) {
        CUdevice device = new CUdevice();
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, index));
        return device;
    }

    private static String untilNul(byte[] text) {
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }

    private static void check(String function, int code) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw new CudaException(function, code, CUresult.stringFor(code));
        }
    }
}
