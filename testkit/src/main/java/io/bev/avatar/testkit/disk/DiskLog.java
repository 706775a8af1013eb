package io.bev.avatar.testkit.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The operations that change the files of one directory, in order, and what a power cut between two of them may leave.
 * The model is as strict as POSIX: the content of a file is certain only up to its last force, a name (created, renamed,
 * deleted) only up to the last force of the directory. Later writes are lost, torn, zero or complete, each by itself;
 * later changes of names are lost from a point on, as journaling file systems do.
 */
public final class DiskLog {

    /** Name, file and content of one operation; {@code file} is a number that stays with the content over renames. */
    private record Operation(Kind kind, String name, String newName, int file, long position, byte[] bytes) {}

    private enum Kind {
        CREATE,
        RENAME,
        DELETE,
        WRITE,
        TRUNCATE,
        FORCE_FILE,
        FORCE_DIRECTORY
    }

    private static final byte[] NOTHING = {};

    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Integer> names = new HashMap<>();
    private int files;
    private int failAt = Integer.MAX_VALUE;
    private int failUntil;
    private String failure = "";
    private int attempts;

    /**
     * Lets operations fail, counted from now.
     *
     * @param first number of operations that still succeed
     * @param count number of operations that fail after them
     * @param message message of their IOException
     */
    public synchronized void fail(int first, int count, String message) {
        attempts = 0;
        failAt = first;
        failUntil = first + count;
        failure = message;
    }

    /** Whether an operation failed since the last {@link #fail}. */
    public synchronized boolean failed() {
        return attempts > failAt;
    }

    /** Number of operations so far. */
    public synchronized int size() {
        return operations.size();
    }

    /** Fails if the next operation has to; otherwise it is attempted. */
    synchronized void attempt() throws IOException {
        int number = attempts++;
        if (number >= failAt && number < failUntil) {
            throw new IOException(failure);
        }
    }

    synchronized int file(String name) {
        return names.getOrDefault(name, -1);
    }

    synchronized int created(String name) {
        int file = files++;
        names.put(name, file);
        operations.add(new Operation(Kind.CREATE, name, "", file, 0, NOTHING));
        return file;
    }

    synchronized void linked(String name, String newName) {
        int file = file(name);
        names.put(newName, file);
        operations.add(new Operation(Kind.CREATE, newName, "", file, 0, NOTHING));
    }

    synchronized void renamed(String name, String newName) {
        Integer file = names.remove(name);
        if (file != null) {
            names.put(newName, file);
            operations.add(new Operation(Kind.RENAME, name, newName, file, 0, NOTHING));
        }
    }

    synchronized void deleted(String name) {
        Integer file = names.remove(name);
        if (file != null) {
            operations.add(new Operation(Kind.DELETE, name, "", file, 0, NOTHING));
        }
    }

    synchronized void written(int file, long position, byte[] bytes) {
        operations.add(new Operation(Kind.WRITE, "", "", file, position, bytes));
    }

    synchronized void truncated(int file, long length) {
        operations.add(new Operation(Kind.TRUNCATE, "", "", file, length, NOTHING));
    }

    synchronized void forced(int file) {
        operations.add(new Operation(Kind.FORCE_FILE, "", "", file, 0, NOTHING));
    }

    synchronized void directoryForced() {
        operations.add(new Operation(Kind.FORCE_DIRECTORY, "", "", -1, 0, NOTHING));
    }

    /**
     * Writes to {@code target} what the disk may hold after a power cut that followed the first {@code count} operations.
     *
     * @param random decides which unforced changes reached the disk
     */
    public synchronized void powerCut(int count, Random random, Path target) throws IOException {
        List<Operation> before = operations.subList(0, count);
        Map<String, Integer> kept = keptNames(before, random);
        for (Map.Entry<String, Integer> name : kept.entrySet()) {
            Files.write(target.resolve(name.getKey()), keptContent(before, name.getValue(), random));
        }
    }

    private static Map<String, Integer> keptNames(List<Operation> before, Random random) {
        int certain = lastIndex(before, Kind.FORCE_DIRECTORY, -1) + 1;
        int end = certain + random.nextInt(before.size() - certain + 1);
        Map<String, Integer> kept = new HashMap<>();
        for (Operation operation : before.subList(0, end)) {
            switch (operation.kind()) {
                case CREATE -> kept.put(operation.name(), operation.file());
                case DELETE -> kept.remove(operation.name());
                case RENAME -> {
                    kept.remove(operation.name());
                    kept.put(operation.newName(), operation.file());
                }
                default -> {
                    // changes no name
                }
            }
        }
        return kept;
    }

    private static byte[] keptContent(List<Operation> before, int file, Random random) {
        int forced = lastIndex(before, Kind.FORCE_FILE, file);
        byte[] content = NOTHING;
        for (int i = 0; i < before.size(); i++) {
            Operation operation = before.get(i);
            if (operation.file() == file) {
                content = apply(operation, content, i <= forced ? null : random);
            }
        }
        return content;
    }

    /** @param random decides how much of the operation is kept; null for all of it */
    private static byte[] apply(Operation operation, byte[] content, @Nullable Random random) {
        int chance = random == null ? 0 : random.nextInt(4);
        int position = (int) operation.position();
        if (operation.kind() == Kind.TRUNCATE && chance < 2) {
            return Arrays.copyOf(content, Math.min(content.length, position));
        }
        if (operation.kind() != Kind.WRITE || chance == 3) {
            return content;
        }
        byte[] bytes = operation.bytes();
        int kept = chance == 2 && random != null ? random.nextInt(bytes.length + 1) : bytes.length;
        byte[] changed = Arrays.copyOf(content, Math.max(content.length, position + kept));
        if (chance != 1) {
            System.arraycopy(bytes, 0, changed, position, kept);
        }
        return changed;
    }

    private static int lastIndex(List<Operation> operations, Kind kind, int file) {
        for (int i = operations.size() - 1; i >= 0; i--) {
            if (operations.get(i).kind() == kind && operations.get(i).file() == file) {
                return i;
            }
        }
        return -1;
    }
}
