package io.bev.avatar.renderer.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Three numbers as written on a command line, {@code X,Y,Z}. */
record Triple(float x, float y, float z) {

    float[] toArray() {
        return new float[] {x, y, z};
    }

    /** Reads {@code X,Y,Z}. */
    static final class Converter implements ITypeConverter<Triple> {

        @Override
        public Triple convert(String text) {
            String[] parts = text.split(",", -1);
            if (parts.length != 3) {
                throw new TypeConversionException(
                        "'" + text + "': expected three numbers separated by commas, such as 0,0.1,2.5");
            }
            return new Triple(number(parts[0], text), number(parts[1], text), number(parts[2], text));
        }

        private static float number(String part, String text) {
            try {
                float value = Float.parseFloat(part.strip());
                if (Float.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw (TypeConversionException)
                        new TypeConversionException("'" + part + "' in '" + text + "': expected a number").initCause(e);
            }
            throw new TypeConversionException("'" + part + "' in '" + text + "': expected a finite number");
        }
    }
}
