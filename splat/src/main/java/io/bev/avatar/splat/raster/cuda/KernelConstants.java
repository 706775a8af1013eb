package io.bev.avatar.splat.raster.cuda;

import io.bev.avatar.splat.raster.Projection;
import io.bev.avatar.splat.raster.SplatConstants;
import io.bev.avatar.splat.scene.SphericalHarmonics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The constants shared by kernels and host, and their text for the compiler. The kernels do not define any of them, so
 * the values cannot diverge.
 */
final class KernelConstants {

    /** Threads per block where each thread processes one item. */
    static final int THREADS = 256;

    static final int SCAN_THREADS = 256;
    static final int SCAN_ITEMS = 4;
    static final int SCAN_BLOCK = SCAN_THREADS * SCAN_ITEMS;
    /** Values of a digit of the sort. */
    static final int RADIX = 256;

    static final int RADIX_BITS = 8;
    /** One thread per digit value in some steps. */
    static final int RADIX_THREADS = RADIX;

    static final int RADIX_ITEMS = 16;
    static final int RADIX_BLOCK = RADIX_THREADS * RADIX_ITEMS;
    /** Four warps, one for each quarter of a tile. */
    static final int BLEND_THREADS = 128;
    /** A Gaussian on more tiles than this is listed by a whole warp. */
    static final int MANY_TILES = 32;

    static final int COUNTER_INSTANCES = 0;
    static final int COUNTER_OVERFLOW = 1;
    static final int COUNTER_NEEDED_LOW = 2;
    static final int COUNTER_NEEDED_HIGH = 3;
    /** Includes the padding before the image's first byte: all of it is copied, so all of it is cleared. */
    static final int COUNTERS = 64;

    /**
     * sqrt(log2(e) / 2), which converts half a quadratic form as an exponent of e into a sum of squares as an exponent
     * of 2.
     */
    private static final float ROOT_HALF_LOG2_E = 0.84932180f;

    private KernelConstants() {}

    /** C++ text that defines every constant. */
    static String text() {
        StringBuilder text = new StringBuilder();
        integers().forEach((name, value) -> text.append("#define %s %d\n".formatted(name, value)));
        // Hexadecimal, so that the float is exact for any rounding of the compiler.
        floats().forEach((name, value) -> text.append("#define %s %sf\n".formatted(name, Float.toHexString(value))));
        text.append("#define CULLED 0xffffffffu\n");
        text.append("#define FULL_WARP 0xffffffffu\n");
        // Far above any capacity and far enough below 2^32 that one block's sum cannot wrap.
        text.append("#define OFFSET_LIMIT 0xc0000000u\n");
        return text.toString();
    }

    static Map<String, Integer> integers() {
        Map<String, Integer> all = new LinkedHashMap<>();
        all.put("TILE", SplatConstants.TILE);
        all.put("SCAN_THREADS", SCAN_THREADS);
        all.put("SCAN_ITEMS", SCAN_ITEMS);
        all.put("SCAN_BLOCK", SCAN_BLOCK);
        all.put("RADIX", RADIX);
        all.put("RADIX_THREADS", RADIX_THREADS);
        all.put("RADIX_ITEMS", RADIX_ITEMS);
        all.put("RADIX_WARPS", RADIX_THREADS / 32);
        all.put("RADIX_BLOCK", RADIX_BLOCK);
        all.put("BLEND_THREADS", BLEND_THREADS);
        all.put("MANY_TILES", MANY_TILES);
        all.put("COUNTER_INSTANCES", COUNTER_INSTANCES);
        all.put("COUNTER_OVERFLOW", COUNTER_OVERFLOW);
        all.put("COUNTER_NEEDED_LOW", COUNTER_NEEDED_LOW);
        all.put("COUNTER_NEEDED_HIGH", COUNTER_NEEDED_HIGH);
        all.put("COUNTERS", COUNTERS);
        return all;
    }

    static Map<String, Float> floats() {
        Map<String, Float> all = new LinkedHashMap<>();
        all.put("DILATION", SplatConstants.DILATION);
        all.put("MAX_ALPHA", SplatConstants.MAX_ALPHA);
        all.put("MIN_ALPHA", SplatConstants.MIN_ALPHA);
        all.put("MIN_TRANSMITTANCE", SplatConstants.MIN_TRANSMITTANCE);
        all.put("EXTENT_SIGMAS", SplatConstants.EXTENT_SIGMAS);
        all.put("MIN_DISCRIMINANT", SplatConstants.MIN_DISCRIMINANT);
        all.put("MAX_EXPONENT", Projection.MAX_EXPONENT);
        all.put("ROOT_HALF_LOG2_E", ROOT_HALF_LOG2_E);
        all.put("MAX_FLOAT", Float.MAX_VALUE);
        all.put("SH_C1", SphericalHarmonics.C1);
        all.put("SH_C2_0", SphericalHarmonics.C2_0);
        all.put("SH_C2_2", SphericalHarmonics.C2_2);
        all.put("SH_C2_4", SphericalHarmonics.C2_4);
        all.put("SH_C3_0", SphericalHarmonics.C3_0);
        all.put("SH_C3_1", SphericalHarmonics.C3_1);
        all.put("SH_C3_2", SphericalHarmonics.C3_2);
        all.put("SH_C3_3", SphericalHarmonics.C3_3);
        all.put("SH_C3_5", SphericalHarmonics.C3_5);
        return all;
    }
}
