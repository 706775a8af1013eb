package io.bev.avatar.exporter.nvml;

import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Result of an NVML call: a value or an error code.
 *
 * @param call NVML function, such as {@code nvmlDeviceGetPowerUsage}
 * @param code {@code nvmlReturn_t}; see {@link NvmlCode}
 * @param orNull the value, null unless {@code code} is {@link NvmlCode#SUCCESS}
 */
public record NvmlResult<T>(String call, int code, @Nullable T orNull) {

    /** A call that succeeded. */
    public static <T> NvmlResult<T> of(String call, T value) {
        return new NvmlResult<>(call, NvmlCode.SUCCESS, value);
    }

    /** A call that failed with {@code code}. */
    public static <T> NvmlResult<T> failed(String call, int code) {
        return new NvmlResult<>(call, code, null);
    }

    /** The value, empty when the call failed. */
    public Optional<T> value() {
        return Optional.ofNullable(orNull);
    }

    /**
     * The value.
     *
     * @throws NvmlException when the call failed
     */
    public T orThrow() throws NvmlException {
        if (orNull == null) {
            throw new NvmlException(call, code);
        }
        return orNull;
    }

    /** The same result with the value converted. */
    public <R> NvmlResult<R> map(Function<? super T, R> conversion) {
        return orNull == null ? failed(call, code) : of(call, conversion.apply(orNull));
    }

    /**
     * A number of the value; {@link NvmlCode#NOT_SUPPORTED} when NVML has none, which it marks by setting all bits.
     *
     * @param part the number, negative if absent
     */
    public NvmlResult<Long> number(ToLongFunction<? super T> part) {
        if (orNull == null) {
            return failed(call, code);
        }
        long number = part.applyAsLong(orNull);
        return number < 0 ? failed(call, NvmlCode.NOT_SUPPORTED) : of(call, number);
    }

    /** The number as an int; {@link NvmlCode#UNKNOWN} if it is not between 0 and {@code max}, which no driver means. */
    public static NvmlResult<Integer> integer(NvmlResult<Long> number, int max) {
        Long value = number.orNull();
        return value != null && (value < 0 || value > max)
                ? failed(number.call(), NvmlCode.UNKNOWN)
                : number.map(Long::intValue);
    }

    /** The value of a call known to have succeeded. */
    public T get() {
        if (orNull == null) {
            throw new NoSuchElementException(call + ": " + NvmlCode.describe(code));
        }
        return orNull;
    }
}
