package io.bev.avatar.renderer.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A rendering backend. */
enum Backend {
    /** The fast CPU rasteriser, on all cores. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA,
    /** The slow reference rasteriser that the others are compared with. */
    REFERENCE;

    /** Reads the name in lower case. */
    static final class Converter implements ITypeConverter<Backend> {

        @Override
        public Backend convert(String text) {
            for (Backend backend : values()) {
                if (backend.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return backend;
                }
            }
            throw new TypeConversionException("'" + text + "': expected cpu, cuda or reference");
        }
    }
}
