package io.bev.avatar.renderer.cli;

import io.bev.avatar.renderer.state.Emotion;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An emotion as written on a command line, {@code NAME} or {@code NAME=INTENSITY}.
 *
 * @param intensity 0..1
 */
record EmotionChoice(Emotion emotion, double intensity) {

    /** An intensity, 0..1. */
    static double intensity(String text) {
        try {
            double value = Double.parseDouble(text.strip());
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw (TypeConversionException)
                    new TypeConversionException("'" + text + "': expected an intensity from 0 to 1").initCause(e);
        }
        throw new TypeConversionException("'" + text + "': expected an intensity from 0 to 1");
    }

    /** Reads {@code NAME[=INTENSITY]}. */
    static final class Converter implements ITypeConverter<EmotionChoice> {

        @Override
        public EmotionChoice convert(String text) {
            int separator = text.indexOf('=');
            String name = separator < 0 ? text : text.substring(0, separator);
            Emotion emotion = Emotion.of(name)
                    .orElseThrow(() -> new TypeConversionException("'" + name + "': expected one of "
                            + Arrays.stream(Emotion.values())
                                    .map(Emotion::label)
                                    .collect(Collectors.joining(", "))));
            return new EmotionChoice(emotion, separator < 0 ? 1 : intensity(text.substring(separator + 1)));
        }
    }

    /** Reads an intensity. */
    static final class IntensityConverter implements ITypeConverter<Double> {

        @Override
        public Double convert(String text) {
            return intensity(text);
        }
    }
}
