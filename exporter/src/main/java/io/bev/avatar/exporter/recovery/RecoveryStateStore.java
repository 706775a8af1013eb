package io.bev.avatar.exporter.recovery;

import io.bev.avatar.common.text.ErrorText;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Current {@link RecoveryState}, persisted on every change. Thread-safe. */
final class RecoveryStateStore {

    private static final Logger LOG = LoggerFactory.getLogger(RecoveryStateStore.class);

    private final RecoveryStateFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private RecoveryState state;
    private RecoveryState written;
    private final boolean readable;
    private boolean unwritable;

    /**
     * Loads the state of an earlier process. If the file is unreadable, it is never overwritten and recovery stays off.
     */
    RecoveryStateStore(RecoveryStateFile file) {
        this.file = file;
        RecoveryState read = RecoveryState.empty();
        boolean usable = true;
        try {
            read = file.read();
        } catch (IOException e) {
            LOG.error("Recovery is disabled: {}", e.getMessage());
            usable = false;
        }
        this.readable = usable;
        this.state = read;
        this.written = read;
    }

    RecoveryState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Records a change that has already happened; if the write fails, it is persisted with the next change. */
    void update(UnaryOperator<RecoveryState> change) {
        lock.lock();
        try {
            state = change.apply(state);
            boolean unused = write(state);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Records an intended action.
     *
     * @return false, leaving the state unchanged, if the write fails
     */
    boolean updateDurably(UnaryOperator<RecoveryState> change) {
        lock.lock();
        try {
            RecoveryState next = change.apply(state);
            if (!write(next)) {
                return false;
            }
            state = next;
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
                LOG.error("Recovery is suspended, its state cannot be written: {}", ErrorText.of(e));
            }
            unwritable = true;
            return false;
        }
        written = wanted;
        if (unwritable) {
            LOG.info("Recovery resumes, its state can be written again");
        }
        unwritable = false;
        return true;
    }
}
