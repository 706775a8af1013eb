package io.bev.avatar.exporter.collector.host.jna;

import com.sun.jna.Native;
import com.sun.jna.platform.linux.LibC;
import io.bev.avatar.exporter.collector.host.FileSystemProbe;
import java.io.IOException;

/** {@code statvfs(3)}. */
public final class LibcFileSystems implements FileSystemProbe {

    @Override
    public Usage usage(String mountPoint) throws IOException {
        LibC.Statvfs buffer = new LibC.Statvfs();
        if (LibC.INSTANCE.statvfs(mountPoint, buffer) != 0) {
            throw new IOException("errno " + Native.getLastError());
        }
        return new Usage(
                buffer.f_frsize.longValue(),
                buffer.f_blocks.longValue(),
                buffer.f_bfree.longValue(),
                buffer.f_bavail.longValue(),
                buffer.f_files.longValue(),
                buffer.f_ffree.longValue());
    }
}
