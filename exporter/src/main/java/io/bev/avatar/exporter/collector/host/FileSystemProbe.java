package io.bev.avatar.exporter.collector.host;

import java.io.IOException;

/** Reads the usage of a mounted file system from the kernel. Can block on a network file system. */
@FunctionalInterface
public interface FileSystemProbe {

    /**
     * Result of {@code statvfs(3)}.
     *
     * @param blockBytes size of a block
     * @param blocks total blocks
     * @param freeBlocks free blocks
     * @param availableBlocks blocks available to unprivileged users
     * @param files total inodes
     * @param freeFiles free inodes
     */
    record Usage(long blockBytes, long blocks, long freeBlocks, long availableBlocks, long files, long freeFiles) {}

    /**
     * @param mountPoint path in the bytes of the kernel, which have no charset
     * @throws IOException when the file system cannot be read
     */
    Usage usage(byte[] mountPoint) throws IOException;
}
