package io.bev.avatar.renderer.state;

import io.bev.avatar.renderer.state.JournalFormat.Contents;
import io.bev.avatar.renderer.state.JournalFormat.Entry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of states that survives the death of the process: {@link #append} answers true once the record is on
 * disk. Every record is a whole state, so only the newest counts; when the file has grown to {@link #MAX_BYTES} it is
 * rewritten with the newest alone. A record torn by a crash is cut off when the file is opened.
 *
 * <p>When the disk is full or the directory cannot be written, the journal turns itself off, says why in {@link #status}
 * and comes back through {@link #retry}. Only one process may have it open. Thread-safe.
 */
final class StateJournal implements Closeable {

    /** Size at which the file is rewritten, about 2,000 states. */
    static final int MAX_BYTES = 1 << 20;

    /** How much of the file's end is read; more than it ever grows to. */
    private static final int READ_BYTES = 16 * MAX_BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(StateJournal.class);

    private final Path directory;
    private final Path file;
    private final Deque<Long> pending = new ArrayDeque<>();
    private @Nullable FileChannel lockChannel;
    private @Nullable FileChannel channel;
    private @Nullable Entry newest;
    private long length;
    private long saved = -1;
    private String fault = "not opened";

    StateJournal(Path directory) {
        this.directory = directory;
        this.file = directory.resolve("state.journal");
    }

    /**
     * Takes the directory and reads what is there.
     *
     * @throws StateDirectoryInUseException when another process has it
     */
    synchronized void open() {
        try {
            Files.createDirectories(directory);
            lock();
            read();
            fault = "";
        } catch (IOException e) {
            turnOff(e);
        }
    }

    private void lock() throws IOException {
        if (lockChannel != null) {
            return;
        }
        FileChannel opened =
                FileChannel.open(directory.resolve("state.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            @Nullable FileLock lock = opened.tryLock();
            if (lock != null) {
                lockChannel = opened;
                return;
            }
        } catch (OverlappingFileLockException e) {
            // this same process has it: the same mistake, reported below
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        opened.close();
        throw new StateDirectoryInUseException(directory);
    }

    private void read() throws IOException {
        FileChannel opened =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long start = Math.max(0, opened.size() - READ_BYTES);
            Contents contents = JournalFormat.decode(bytes(opened, start));
            if (contents.damagedBytes() > 0) {
                LOG.warn(
                        "journal {}: {} damaged bytes dropped, {} whole records kept",
                        file,
                        contents.damagedBytes(),
                        contents.entries().size());
            }
            length = start + contents.goodBytes();
            opened.truncate(length).position(length);
            channel = opened;
            pending.clear();
            for (Entry entry : contents.entries()) {
                newest = entry;
                pending.add(entry.seq());
                saved = Math.max(saved, entry.saved());
            }
            saved(saved);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private static ByteBuffer bytes(FileChannel from, long start) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) (from.size() - start));
        while (bytes.hasRemaining() && from.read(bytes, start + bytes.position()) >= 0) {
            // until full or at the end
        }
        return bytes.flip();
    }

    /** The newest state that was read or appended. */
    synchronized Optional<byte[]> newest() {
        return Optional.ofNullable(newest).map(Entry::payload);
    }

    /** Whether it takes records. */
    synchronized boolean isOn() {
        return channel != null;
    }

    /** One line for a person: "on", or why it is off. */
    synchronized String status() {
        return channel != null ? "on" : fault;
    }

    /** Number of states that were not yet {@link #saved} elsewhere. */
    synchronized int pending() {
        return pending.size();
    }

    /** Notes that states up to {@code seq} are safe elsewhere. */
    synchronized void saved(long seq) {
        saved = Math.max(saved, seq);
        pending.removeIf(kept -> kept <= seq);
    }

    /** Writes a record and forces it to the disk; false when it could not, and then the journal is off. */
    synchronized boolean append(long seq, byte[] payload) {
        FileChannel open = channel;
        if (open == null) {
            return false;
        }
        Entry entry = new Entry(seq, saved, payload);
        try {
            if (length >= MAX_BYTES) {
                rewrite(entry);
            } else {
                length += write(open, entry);
                open.force(false);
            }
        } catch (IOException e) {
            turnOff(e);
            return false;
        }
        newest = entry;
        pending.add(seq);
        return true;
    }

    /**
     * Tries to turn the journal on again: opens the file and appends {@code payload} unless the file's newest is as new.
     *
     * @return whether it is on
     */
    synchronized boolean retry(long seq, byte[] payload) {
        if (channel != null) {
            return true;
        }
        try {
            Files.createDirectories(directory);
            lock();
            read();
        } catch (IOException e) {
            turnOff(e);
            return false;
        } catch (StateDirectoryInUseException e) {
            fault = "journal off: " + e.getMessage();
            return false;
        }
        if ((newest != null && newest.seq() >= seq) || append(seq, payload)) {
            fault = "";
            LOG.info("journal {}: on again", file);
            return true;
        }
        return false;
    }

    private static int write(FileChannel to, Entry entry) throws IOException {
        ByteBuffer bytes = JournalFormat.encode(entry);
        int written = 0;
        while (bytes.hasRemaining()) {
            written += to.write(bytes);
        }
        return written;
    }

    /** Replaces the file by one that holds {@code only}; the old file stays whole until the new one is on disk. */
    private void rewrite(Entry only) throws IOException {
        Path next = directory.resolve("state.journal.new");
        FileChannel fresh = FileChannel.open(
                next,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            int written = write(fresh, only);
            fresh.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceDirectory();
            closeQuietly(channel);
            channel = fresh;
            length = written;
            pending.clear();
        } catch (IOException e) {
            closeQuietly(fresh);
            Files.deleteIfExists(next);
            throw e;
        }
    }

    private void forceDirectory() throws IOException {
        try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
            opened.force(true);
        }
    }

    private void turnOff(IOException cause) {
        FileChannel open = channel;
        if (open != null) {
            try {
                open.truncate(length);
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
        closeQuietly(open);
        channel = null;
        String why = explain(cause);
        if (!why.equals(fault)) {
            LOG.warn("{}", why);
        }
        fault = why;
    }

    private String explain(IOException e) {
        String why = e instanceof FileSystemException f && f.getReason() == null
                ? e.getClass().getSimpleName()
                : String.valueOf(e.getMessage());
        return "journal off: cannot write " + file + " (" + why
                + "); free space there or make it writable by this user, it is tried again every few seconds";
    }

    private static void closeQuietly(@Nullable FileChannel open) {
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("closing the journal", e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closeQuietly(channel);
        closeQuietly(lockChannel);
        channel = null;
        lockChannel = null;
        fault = "journal off: closed";
    }
}
