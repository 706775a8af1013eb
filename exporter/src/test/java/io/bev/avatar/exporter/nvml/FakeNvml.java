package io.bev.avatar.exporter.nvml;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** A fake NVML that implements only the session functions and records the calls. */
final class FakeNvml implements NvmlLoader {

    int initCode = NvmlCode.SUCCESS;
    int countCode = NvmlCode.SUCCESS;
    boolean absent;
    final List<String> calls = new ArrayList<>();

    @Override
    public NvmlApi load() throws NvmlException {
        calls.add("load");
        if (absent) {
            throw NvmlException.notLoaded("libnvidia-ml.so.1 not found", "install it", new UnsatisfiedLinkError());
        }
        return (NvmlApi) Proxy.newProxyInstance(
                NvmlApi.class.getClassLoader(), new Class<?>[] {NvmlApi.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("simulated")) {
                        return false;
                    }
                    calls.add(method.getName());
                    return switch (method.getName()) {
                        case "init" -> initCode;
                        case "shutdown" -> NvmlCode.SUCCESS;
                        case "deviceCount" ->
                            countCode == NvmlCode.SUCCESS
                                    ? NvmlResult.of("nvmlDeviceGetCount_v2", 1)
                                    : NvmlResult.failed("nvmlDeviceGetCount_v2", countCode);
                        case "device" -> NvmlResult.of("nvmlDeviceGetHandleByIndex_v2", new NvmlDevice(1));
                        case "close" -> null;
                        default -> throw new AssertionError(method);
                    };
                });
    }

    long count(String call) {
        return calls.stream().filter(call::equals).count();
    }
}
