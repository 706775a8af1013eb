package io.bev.avatar.common.systemd;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The other end of {@link UnixDatagramSocket}: what systemd has. */
final class UnixDatagramReceiver implements AutoCloseable {

    interface LibC extends Library {
        int MSG_DONTWAIT = 0x40;

        int socket(int domain, int type, int protocol) throws LastErrorException;

        int bind(int descriptor, byte[] address, int length) throws LastErrorException;

        long recv(int descriptor, byte[] data, long length, int flags) throws LastErrorException;

        long recvmsg(int descriptor, Pointer message, int flags) throws LastErrorException;

        int close(int descriptor) throws LastErrorException;
    }

    private final LibC libc = Native.load("c", LibC.class);
    private final int descriptor;

    UnixDatagramReceiver(String path) throws IOException {
        byte[] address = UnixDatagramSocket.address(path);
        descriptor = libc.socket(UnixDatagramSocket.LibC.AF_UNIX, UnixDatagramSocket.LibC.SOCK_DGRAM, 0);
        libc.bind(descriptor, address, address.length);
    }

    /** The next datagram; fails when there is none. */
    String receive() {
        byte[] data = new byte[4096];
        int length = (int) libc.recv(descriptor, data, data.length, LibC.MSG_DONTWAIT);
        return new String(data, 0, length, StandardCharsets.UTF_8);
    }

    /** The next datagram, which passes a descriptor; its text, and a descriptor of this process. */
    String receiveWithDescriptor(int[] passed) {
        try (Memory block = new Memory(4096)) {
            block.clear();
            block.setPointer(16, block.share(56));
            block.setLong(24, 1);
            block.setPointer(32, block.share(72));
            block.setLong(40, 24);
            block.setPointer(56, block.share(128));
            block.setLong(64, 3000);
            int length = (int) libc.recvmsg(descriptor, block, LibC.MSG_DONTWAIT);
            passed[0] = block.getInt(72 + 16);
            return new String(block.getByteArray(128, length), StandardCharsets.UTF_8);
        }
    }

    boolean isEmpty() {
        try {
            libc.recv(descriptor, new byte[1], 1, LibC.MSG_DONTWAIT);
            return false;
        } catch (LastErrorException e) {
            return true;
        }
    }

    @Override
    public void close() {
        libc.close(descriptor);
    }
}
