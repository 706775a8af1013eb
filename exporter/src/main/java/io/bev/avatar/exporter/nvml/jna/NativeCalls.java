package io.bev.avatar.exporter.nvml.jna;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.bev.avatar.common.time.Ticker;
import io.bev.avatar.exporter.nvml.CallObserver;
import io.bev.avatar.exporter.nvml.NvmlCode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Calls functions of one loaded library by name; a missing function yields {@link NvmlCode#FUNCTION_NOT_FOUND}. */
final class NativeCalls implements AutoCloseable {

    private final NativeLibrary library;
    private final Ticker ticker;
    private final CallObserver observer;
    private final Map<String, Optional<Function>> functions = new ConcurrentHashMap<>();

    NativeCalls(NativeLibrary library, Ticker ticker, CallObserver observer) {
        this.library = library;
        this.ticker = ticker;
        this.observer = observer;
    }

    /** Whether the library has {@code name}. */
    boolean has(String name) {
        return functions.computeIfAbsent(name, this::probe).isPresent();
    }

    /** Calls {@code name} and returns its {@code nvmlReturn_t}. */
    int call(String name, Object... arguments) {
        Optional<Function> function = functions.computeIfAbsent(name, this::probe);
        if (function.isEmpty()) {
            return NvmlCode.FUNCTION_NOT_FOUND;
        }
        observer.calling(name);
        long start = ticker.nanos();
        int code = function.get().invokeInt(arguments);
        observer.called(name, code, ticker.nanos() - start);
        return code;
    }

    @Override
    public void close() {
        library.close();
    }

    private Optional<Function> probe(String name) {
        try {
            return Optional.of(library.getFunction(name));
        } catch (UnsatisfiedLinkError absent) {
            return Optional.empty();
        }
    }
}
