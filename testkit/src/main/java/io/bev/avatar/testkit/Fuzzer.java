package io.bev.avatar.testkit;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Gives a parser randomly damaged copies of a valid input. It has to accept or reject each within a second of CPU time and 256 MiB of
 * memory; every exception but its own for invalid input is a fault, reported with seed and round. The system properties
 * {@code avatar.fuzz} and {@code avatar.fuzz.seed} set the number of inputs for each valid one and the seed.
 */
public final class Fuzzer {

    /** Damaged copies of each valid input. */
    public static final int ROUNDS = Integer.getInteger("avatar.fuzz", 2000);

    private static final long SEED = Long.getLong("avatar.fuzz.seed", 20_260_101);
    private static final long MAX_ALLOCATED_BYTES = 256L << 20;
    private static final long MAX_CPU_NANOS = 1_000_000_000;

    private static final int[] EXTREMES = {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7f800000, 0x10000000};
    private static final List<String> TOKENS = List.of(
            "-1",
            "4294967296",
            "1e999",
            "1e-999",
            "null",
            "{}",
            "[]",
            "\"",
            "2147483647",
            "0.5",
            "\r\n",
            "\\u0000",
            "NaN",
            ":",
            "[[[[[[[[",
            "\u00e4");
    private static final String STRUCTURE = "0123456789-,:[]{}\" e\n=.";

    private Fuzzer() {}

    /** A parser, given the input. */
    @FunctionalInterface
    public interface Parser {
        void parse(byte[] input) throws Exception;
    }

    /** Runs {@link #ROUNDS} damaged copies of {@code valid}. */
    public static void run(byte[] valid, Class<? extends Exception> rejection, Parser parser) {
        run(valid, ROUNDS, rejection, parser);
    }

    /** {@link #run(byte[], Class, Parser)} for text. */
    public static void run(String valid, Class<? extends Exception> rejection, Parser parser) {
        run(valid.getBytes(StandardCharsets.UTF_8), rejection, parser);
    }

    /**
     * Runs damaged copies of {@code valid}.
     *
     * @param rejection exception that the parser throws for invalid input
     */
    public static void run(byte[] valid, int rounds, Class<? extends Exception> rejection, Parser parser) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Random random = new Random(SEED);
        for (int round = 0; round < rounds; round++) {
            byte[] input = damaged(valid, random);
            String at = "seed " + SEED + ", round " + round;
            long start = threads.getCurrentThreadCpuTime();
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                parser.parse(input);
            } catch (Exception | OutOfMemoryError | StackOverflowError e) {
                if (!rejection.isInstance(e)) {
                    throw new AssertionError(at + ": " + e + " for: " + shown(input), e);
                }
            }
            require(threads.getCurrentThreadAllocatedBytes() - before < MAX_ALLOCATED_BYTES, at, "memory", input);
            require(threads.getCurrentThreadCpuTime() - start < MAX_CPU_NANOS, at, "CPU time", input);
        }
        if (System.getProperty("avatar.fuzz") != null) {
            System.out.println("fuzzed " + rounds + " inputs");
        }
    }

    private static void require(boolean holds, String at, String limit, byte[] input) {
        if (!holds) {
            throw new AssertionError(at + ": " + limit + " above the limit for: " + shown(input));
        }
    }

    private static String shown(byte[] input) {
        return new String(input, 0, Math.min(input.length, 500), StandardCharsets.ISO_8859_1);
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] file = whole.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(file.length);
            switch (random.nextInt(8)) {
                case 0 -> {
                    int value = EXTREMES[random.nextInt(EXTREMES.length)];
                    for (int i = at; i < Math.min(file.length, at + 4); i++) {
                        file[i] = (byte) (value >> (8 * (i - at)));
                    }
                }
                case 1 -> file = spliced(file, at, at + random.nextInt(8), new byte[0]);
                case 2 -> {
                    byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8);
                    file = spliced(file, at, at + random.nextInt(4), token);
                }
                default -> file[at] = randomByte(random);
            }
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
    }

    /** {@code file} with the bytes {@code from} to {@code to} replaced; at least one byte. */
    private static byte[] spliced(byte[] file, int from, int to, byte[] replacement) {
        int end = Math.min(to, file.length);
        byte[] result = new byte[Math.max(1, file.length - (end - from) + replacement.length)];
        System.arraycopy(file, 0, result, 0, from);
        System.arraycopy(replacement, 0, result, from, Math.min(replacement.length, result.length - from));
        int rest = Math.min(file.length - end, result.length - from - replacement.length);
        if (rest > 0) {
            System.arraycopy(file, end, result, from + replacement.length, rest);
        }
        return result;
    }

    /** Half of them are digits and structural characters, which damage structure rather than text. */
    private static byte randomByte(Random random) {
        return (byte)
                (random.nextBoolean() ? STRUCTURE.charAt(random.nextInt(STRUCTURE.length())) : random.nextInt(256));
    }
}
