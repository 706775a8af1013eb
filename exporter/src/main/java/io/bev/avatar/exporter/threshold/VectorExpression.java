package io.bev.avatar.exporter.threshold;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Constant PromQL expressions allowed in thresholds: {@code vector(N)}, where N is a number or a product of numbers.
 */
final class VectorExpression {

    private static final String NUMBER = "[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?";
    private static final Pattern PRODUCT =
            Pattern.compile("vector\\(\\s*(" + NUMBER + "(?:\\s*\\*\\s*" + NUMBER + ")*)\\s*\\)");
    private static final Pattern TIMES = Pattern.compile("\\s*\\*\\s*");

    private VectorExpression() {}

    /** Value of the expression; empty if it has another form. */
    static OptionalDouble value(String expression) {
        Matcher match = PRODUCT.matcher(expression.strip());
        if (!match.matches()) {
            return OptionalDouble.empty();
        }
        double product = 1;
        for (String factor : TIMES.split(match.group(1), -1)) {
            product *= Double.parseDouble(factor);
        }
        return Double.isFinite(product) ? OptionalDouble.of(product) : OptionalDouble.empty();
    }
}
