package io.bev.avatar.testkit.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A channel whose changes are attempted and written to the log. */
final class LoggedChannel extends FileChannel {

    private final FileChannel delegate;
    private final DiskLog log;
    private final int file;

    /** @param file number of the file; -1 for the directory */
    LoggedChannel(FileChannel delegate, DiskLog log, int file) {
        this.delegate = delegate;
        this.log = log;
        this.file = file;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int written = write(from, delegate.position());
        delegate.position(delegate.position() + written);
        return written;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int count) throws IOException {
        long written = 0;
        for (int i = offset; i < offset + count; i++) {
            written += write(from[i]);
        }
        return written;
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        try {
            log.attempt();
        } catch (IOException e) {
            // a full disk takes the first part
            ByteBuffer part = from.slice(from.position(), from.remaining() / 2);
            log(part.duplicate(), position);
            delegate.write(part, position);
            throw e;
        }
        log(from.duplicate(), position);
        return delegate.write(from, position);
    }

    private void log(ByteBuffer content, long position) {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        log.written(file, position, bytes);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        if (size < delegate.size()) {
            log.attempt();
            delegate.truncate(size);
            log.truncated(file, size);
        }
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        log.attempt();
        if (file < 0) {
            log.directoryForced();
        } else {
            log.forced(file);
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        return delegate.read(to);
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int count) throws IOException {
        return delegate.read(to, offset, count);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
        return delegate.read(to, position);
    }

    @Override
    public long position() throws IOException {
        return delegate.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        delegate.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return delegate.size();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return delegate.lock(position, size, shared);
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return delegate.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        delegate.close();
    }
}
