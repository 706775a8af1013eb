package io.bev.avatar.common.bench;

import java.io.PrintWriter;

/** Output of a benchmark: one line per result, as a table or as JSON, and messages on another stream. */
public final class MeasurementPrinter {

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean asJson;

    /**
     * @param out results
     * @param err messages
     * @param asJson one JSON object per line instead of a table
     */
    public MeasurementPrinter(PrintWriter out, PrintWriter err, boolean asJson) {
        this.out = out;
        this.err = err;
        this.asJson = asJson;
    }

    /** Prints a result. */
    public void print(Measurement result) {
        out.println(asJson ? result.json() : result.text());
        out.flush();
    }

    /** Prints a message. */
    public void message(String line) {
        err.println(line);
        err.flush();
    }

    /** Prints what is being measured. */
    public void measuring(String subject) {
        message("measuring " + subject + " ...");
    }
}
