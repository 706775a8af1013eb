package io.bev.avatar.exporter.collector.host;

import java.io.IOException;

/** Asks the kernel how full a mounted file system is. May block for as long as a network file system does. */
@FunctionalInterface
public interface FileSystemProbe {

    /**
     * What {@code statvfs(3)} answers.
     *
     * @param blockBytes size of a block
     * @param blocks all blocks
     * @param freeBlocks unused blocks
     * @param availableBlocks blocks that an ordinary user can still take
     * @param files all inodes
     * @param freeFiles unused inodes
     */
    record Usage(long blockBytes, long blocks, long freeBlocks, long availableBlocks, long files, long freeFiles) {}

    /** @throws IOException when the file system does not answer */
    Usage usage(String mountPoint) throws IOException;
}
