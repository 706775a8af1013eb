package io.bev.avatar.renderer.state;

import io.bev.avatar.common.io.DamagedFiles;
import io.bev.avatar.common.io.DurableFiles;
import io.bev.avatar.common.text.ErrorText;
import io.bev.avatar.renderer.state.JournalFormat.Contents;
import io.bev.avatar.renderer.state.JournalFormat.Entry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A crash-safe, append-only file of states: {@link #append} returns true once the record is on disk. Every record is
 * a complete state, so only the newest matters; at {@link #MAX_BYTES} the file is rewritten with only the newest one.
 * A record left incomplete by a crash is truncated when the file is opened. A file with any other damage, or whose newest
 * record cannot be restored, is {@linkplain DamagedFiles kept aside}.
 *
 * <p>When the disk is full or the directory is not writable, the journal turns itself off, reports the cause in
 * {@link #status}, and can be turned on again by {@link #retry}. Only one process may open it. Thread-safe.
 */
final class StateJournal implements Closeable {

    /** Size at which the file is rewritten, about 2,000 states. */
    static final int MAX_BYTES = 1 << 20;

    /** Maximum number of bytes read from each end of the file; larger than the file becomes without damage. */
    private static final int MAX_READ_BYTES = 16 * MAX_BYTES;

    private static final String LOCK = "state.lock";
    private static final Logger LOG = LoggerFactory.getLogger(StateJournal.class);

    private final Path directory;
    private final Path file;
    private final Predicate<byte[]> usable;
    private final Deque<Long> pending = new ArrayDeque<>();
    private @Nullable FileChannel lockChannel;
    private @Nullable FileChannel channel;
    private @Nullable Entry newest;
    private byte[] rejected = new byte[0];
    private long length;
    private long saved = -1;
    private String fault = "not opened";

    StateJournal(Path directory) {
        this(directory, payload -> true);
    }

    /** @param usable whether a payload can be restored; a record that cannot does not hide earlier ones */
    StateJournal(Path directory, Predicate<byte[]> usable) {
        this.directory = directory;
        this.usable = usable;
        this.file = directory.resolve("state.journal");
    }

    /**
     * Locks the directory and reads the journal.
     *
     * @throws StateDirectoryInUseException when another process uses it
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
        FileChannel opened = openFile(directory.resolve(LOCK), StandardOpenOption.CREATE);
        try {
            @Nullable FileLock lock = opened.tryLock();
            if (lock != null) {
                lockChannel = opened;
                return;
            }
        } catch (OverlappingFileLockException e) {
            // locked by this process; reported below
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        opened.close();
        throw new StateDirectoryInUseException(directory);
    }

    private void read() throws IOException {
        FileChannel opened = openFile(file, StandardOpenOption.CREATE);
        Contents contents;
        try {
            contents = contents(opened);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        Optional<Entry> usable = newestUsable(contents.entries());
        boolean damaged = contents.damagedBytes() > 0 && !contents.tornTail();
        boolean unusable = usable.isPresent()
                ? !usable.get().equals(last(contents.entries()))
                : !contents.entries().isEmpty();
        pending.clear();
        contents.entries().forEach(entry -> saved = Math.max(saved, entry.saved()));
        if (damaged || unusable) {
            opened.close();
            startOver(contents, unusable, usable);
            usable.ifPresent(entry -> newest = entry);
            return;
        }
        try {
            length = contents.goodBytes();
            opened.truncate(length).position(length);
            // The file may be new, and its newest record may never have been forced.
            opened.force(true);
            DurableFiles.forceDirectory(file);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        channel = opened;
        usable.ifPresent(entry -> newest = entry);
        contents.entries().forEach(entry -> pending.add(entry.seq()));
        saved(saved);
    }

    private FileChannel openFile(Path path, StandardOpenOption mode) throws IOException {
        return FileChannel.open(
                path, Set.of(mode, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    /** Keeps a damaged file aside and continues with a new one that has only the newest usable state. */
    private void startOver(Contents contents, boolean unusable, Optional<Entry> usable) throws IOException {
        Path aside = DamagedFiles.keep(file);
        LOG.warn(
                "journal {}: {} of {} records usable, {} damaged bytes{}; kept as {}, continuing with state {}",
                file,
                contents.entries().stream().filter(this::isUsable).count(),
                contents.entries().size(),
                contents.damagedBytes(),
                unusable ? ", newest record not readable by this version" : "",
                aside,
                usable.map(entry -> String.valueOf(entry.seq())).orElse("of Redis or the default"));
        if (usable.isPresent()) {
            rewrite(usable.get());
        } else {
            Files.delete(file);
            channel = openFile(file, StandardOpenOption.CREATE_NEW);
            length = 0;
            DurableFiles.forceDirectory(file);
        }
        contents.entries().forEach(entry -> pending.add(entry.seq()));
        saved(saved);
    }

    private boolean isUsable(Entry entry) {
        return usable.test(entry.payload());
    }

    private static Entry last(List<Entry> entries) {
        return entries.get(entries.size() - 1);
    }

    private Optional<Entry> newestUsable(List<Entry> entries) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (isUsable(entries.get(i))) {
                return Optional.of(entries.get(i));
            }
        }
        return Optional.empty();
    }

    /** Reads the file, of an oversize one its start and its end: damage of any length must not hide a record. */
    private static Contents contents(FileChannel from) throws IOException {
        long size = from.size();
        if (size <= 2L * MAX_READ_BYTES) {
            return JournalFormat.decode(bytes(from, 0, (int) size));
        }
        Contents start = JournalFormat.decode(bytes(from, 0, MAX_READ_BYTES));
        Contents end = JournalFormat.decode(bytes(from, size - MAX_READ_BYTES, MAX_READ_BYTES));
        List<Entry> entries = new ArrayList<>(start.entries());
        entries.addAll(end.entries());
        return new Contents(entries, start.goodBytes(), Integer.MAX_VALUE, false);
    }

    private static ByteBuffer bytes(FileChannel from, long start, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining() && from.read(bytes, start + bytes.position()) >= 0) {
            // until the buffer is full or the file ends
        }
        return bytes.flip();
    }

    /** The newest state read or appended. */
    synchronized Optional<byte[]> newest() {
        return Optional.ofNullable(newest).map(Entry::payload);
    }

    /** Whether the journal is writable. */
    synchronized boolean isOn() {
        return channel != null;
    }

    /** One line: "on", or the reason why it is off. */
    synchronized String status() {
        return channel != null ? "on" : fault;
    }

    /** Number of states not yet {@link #saved} elsewhere. */
    synchronized int pending() {
        return pending.size();
    }

    /** Records that states up to {@code seq} are saved elsewhere. */
    synchronized void saved(long seq) {
        saved = Math.max(saved, seq);
        pending.removeIf(pendingSeq -> pendingSeq <= seq);
    }

    /** Writes a record and forces it to disk; returns false and turns the journal off on failure. */
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
     * Tries to turn the journal on again: opens the file and appends {@code payload} unless the file already has a
     * state at least as new.
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

    /** Keeps a document of Redis that is about to be overwritten because it cannot be used. */
    synchronized void keepRejected(byte[] document) {
        if (channel == null || Arrays.equals(document, rejected)) {
            return;
        }
        rejected = document;
        try {
            Path aside = DamagedFiles.write(directory.resolve("avatar-state.json"), document);
            LOG.warn("invalid state document of Redis kept as {}", aside);
        } catch (IOException e) {
            LOG.warn("invalid state document of Redis cannot be kept in {}: {}", directory, ErrorText.of(e));
        }
    }

    private static int write(FileChannel to, Entry entry) throws IOException {
        ByteBuffer bytes = JournalFormat.encode(entry);
        int written = 0;
        while (bytes.hasRemaining()) {
            written += to.write(bytes);
        }
        return written;
    }

    /** Replaces the file by one with only this record; the old file stays intact until the new one is on disk. */
    private void rewrite(Entry only) throws IOException {
        Path next = directory.resolve("state.journal.new");
        Files.deleteIfExists(next); // left by a crash, or a link
        FileChannel fresh = openFile(next, StandardOpenOption.CREATE_NEW);
        try {
            int written = write(fresh, only);
            fresh.force(true);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            DurableFiles.forceDirectory(file);
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

    private void turnOff(IOException e) {
        FileChannel open = channel;
        if (open != null) {
            try {
                open.truncate(length);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
        }
        closeQuietly(open);
        channel = null;
        String cause = explain(e);
        if (!cause.equals(fault)) {
            LOG.warn("{}", cause);
        }
        fault = cause;
    }

    private String explain(IOException e) {
        if (Files.isSymbolicLink(file) || Files.isSymbolicLink(directory.resolve(LOCK))) {
            return "journal off: " + file + " or " + LOCK + " is a symbolic link, expected a file; delete the link";
        }
        return "journal off: cannot write " + file + " (" + ErrorText.of(e)
                + "); free disk space or make it writable by this user; retried every few seconds";
    }

    private static void closeQuietly(@Nullable FileChannel open) {
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("failed to close the journal", e);
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
