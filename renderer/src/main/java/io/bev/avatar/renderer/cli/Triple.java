package io.bev.avatar.renderer.cli;

import io.bev.avatar.splat.scene.Origin;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Three numbers as written on a command line, {@code X,Y,Z}. */
record Triple(double x, double y, double z) {

    float[] toArray() {
        return new float[] {(float) x, (float) y, (float) z};
    }

    /** This point of the file in the coordinates of a cloud with {@code origin}. */
    Triple minus(Origin origin) {
        return new Triple(x - origin.x(), y - origin.y(), z - origin.z());
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

        private static double number(String part, String text) {
            try {
                double value = Double.parseDouble(part.strip());
                if (Float.isFinite((float) value)) {
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
