package io.bev.avatar.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What clients saw of one value of the avatar's state while services were killed, and whether a single register could have
 * behaved so (linearizability). Every acknowledged write and every read carries the sequence number of the state, which is the
 * order that the renderer claims; the history has to fit that order. Thread-safe.
 */
final class StateHistory {

    private static final int MAX_VIOLATIONS = 20;
    /** The stream keeps about 1,000 entries; no more can be late. */
    private static final int MAX_QUEUED = 10_000;

    private enum Kind {
        WRITE,
        READ
    }

    /** An operation with its answer; times in nanoseconds. */
    private record Operation(Kind kind, String value, long seq, long startNanos, long endNanos) {
        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT) + " " + value + " as state " + seq;
        }
    }

    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Integer> queued = new LinkedHashMap<>();
    private int checked;
    private int acknowledged;
    private int reads;
    private int queuedCount;
    private int unanswered;

    /** A write that was acknowledged as state {@code seq}. Values are unique. */
    synchronized void written(String value, long seq, long startNanos, long endNanos) {
        operations.add(new Operation(Kind.WRITE, value, seq, startNanos, endNanos));
        acknowledged++;
    }

    /** A write without an answer: it may have taken effect or not. */
    synchronized void unanswered() {
        unanswered++;
    }

    /** A write that Redis accepted into a stream; the renderer has to apply such writes in this order. */
    synchronized void queued(String value) {
        queued.put(value, queuedCount++);
        if (queued.size() > MAX_QUEUED) {
            queued.remove(queued.keySet().iterator().next());
        }
    }

    /** A read that returned state {@code seq}. */
    synchronized void read(String value, long seq, long startNanos, long endNanos) {
        operations.add(new Operation(Kind.READ, value, seq, startNanos, endNanos));
        reads++;
    }

    synchronized int acknowledged() {
        return acknowledged;
    }

    synchronized int reads() {
        return reads;
    }

    synchronized int queuedCount() {
        return queuedCount;
    }

    synchronized int unansweredCount() {
        return unanswered;
    }

    /**
     * What contradicts the promise, one line each; empty if nothing does. Judges the operations since the call before the
     * previous one, and forgets older ones.
     */
    synchronized List<String> violations() {
        List<String> violations = new ArrayList<>();
        checkContent(violations);
        checkTime(violations);
        checkQueue(violations);
        operations.subList(0, checked).clear();
        checked = operations.size();
        return violations.size() > MAX_VIOLATIONS ? violations.subList(0, MAX_VIOLATIONS) : violations;
    }

    /** One number is one value; an acknowledged write is what a read of its number returns. */
    private void checkContent(List<String> violations) {
        TreeMap<Long, Operation> bySeq = new TreeMap<>();
        Set<String> acknowledged = new HashSet<>();
        for (Operation operation : operations) {
            if (operation.kind() == Kind.WRITE && !acknowledged.add(operation.value())) {
                violations.add("acknowledged twice: " + operation);
            }
            Operation other = bySeq.putIfAbsent(operation.seq(), operation);
            if (other != null && !other.value().equals(operation.value())) {
                violations.add("two values of one number: " + other + ", " + operation);
            }
        }
        // The register holds one value over a range of numbers, and never the same one again.
        Map<String, Operation> last = new HashMap<>();
        String previous = "";
        for (Operation operation : bySeq.values()) {
            Operation earlier = last.put(operation.value(), operation);
            if (earlier != null && !operation.value().equals(previous)) {
                violations.add("an overwritten value came back: " + earlier + ", then " + operation);
            }
            previous = operation.value();
        }
    }

    /** What ended before another began has the lower number; a read may repeat the number. */
    private void checkTime(List<String> violations) {
        List<Operation> byEnd = new ArrayList<>(operations);
        byEnd.sort(Comparator.comparingLong(Operation::endNanos));
        List<Operation> byStart = new ArrayList<>(operations);
        byStart.sort(Comparator.comparingLong(Operation::startNanos));
        int ended = 0;
        Operation newest = null;
        for (Operation operation : byStart) {
            while (ended < byEnd.size() && byEnd.get(ended).endNanos() < operation.startNanos()) {
                Operation one = byEnd.get(ended++);
                newest = newest == null || one.seq() > newest.seq() ? one : newest;
            }
            if (newest != null
                    && (operation.seq() < newest.seq()
                            || (operation.kind() == Kind.WRITE && operation.seq() == newest.seq()))) {
                violations.add("lost: " + newest + ", then " + operation);
            }
        }
    }

    /** The values of the stream appear in their order. */
    private void checkQueue(List<String> violations) {
        List<Operation> seen = operations.stream()
                .filter(one -> queued.containsKey(one.value()))
                .sorted(Comparator.comparingLong(Operation::seq))
                .toList();
        for (int i = 1; i < seen.size(); i++) {
            int before = queued.getOrDefault(seen.get(i - 1).value(), 0);
            if (queued.getOrDefault(seen.get(i).value(), 0) < before) {
                violations.add("out of order: " + seen.get(i - 1) + ", then " + seen.get(i));
            }
        }
    }
}
