package io.bev.avatar.exporter.recovery;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The present {@link RecoveryState}, which every change takes to disk. Thread-safe. */
final class RecoveryStateStore {

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryStateStore.class);

    private final RecoveryStateFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private RecoveryState memory;
    private RecoveryState written;
    private final boolean readable;
    private boolean unwritable;

    /** Takes up what an earlier process left; over a file that cannot be read, nothing is written and so nothing done. */
    RecoveryStateStore(RecoveryStateFile file) {
        this.file = file;
        RecoveryState read = RecoveryState.empty();
        boolean usable = true;
        try {
            read = file.read();
        } catch (IOException e) {
            LOG.error("recovery is off: {}", e.getMessage());
            usable = false;
        }
        this.readable = usable;
        this.memory = read;
        this.written = read;
    }

    RecoveryState memory() {
        lock.lock();
        try {
            return memory;
        } finally {
            lock.unlock();
        }
    }

    /** Remembers what has happened; a disk that does not take it now gets it with the next change. */
    void note(UnaryOperator<RecoveryState> change) {
        lock.lock();
        try {
            memory = change.apply(memory);
            boolean unused = write(memory);
        } finally {
            lock.unlock();
        }
    }

    /** Remembers what is about to happen; false, and nothing is remembered, when the disk does not take it. */
    boolean commit(UnaryOperator<RecoveryState> change) {
        lock.lock();
        try {
            RecoveryState next = change.apply(memory);
            if (!write(next)) {
                return false;
            }
            memory = next;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean write(RecoveryState wanted) {
        if (!readable) {
            return false;
        }
        if (wanted.equals(written)) {
            return true;
        }
        try {
            file.write(wanted);
        } catch (IOException e) {
            if (!unwritable) {
                LOG.error("recovery does nothing while it cannot write down what it does: {}", e.toString());
            }
            unwritable = true;
            return false;
        }
        written = wanted;
        if (unwritable) {
            LOG.info("recovery can write down again what it does");
        }
        unwritable = false;
        return true;
    }
}
