package io.bev.avatar.common.systemd;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A {@code AF_UNIX} datagram socket through libc, which the JDK cannot open. Linux only. */
final class UnixDatagramSocket implements NotifySocket {

    /** Raw names of {@code sys/socket.h} and {@code unistd.h}. */
    interface LibC extends Library {
        int AF_UNIX = 1;
        int SOCK_DGRAM = 2;
        int SOCK_CLOEXEC = 0x80000;
        /** Never a SIGPIPE, never a wait: a full queue is an error, not a hung frame. */
        int MSG_NOSIGNAL = 0x4000;

        int MSG_DONTWAIT = 0x40;
        /** Room for a path in {@code struct sockaddr_un}. */
        int PATH_BYTES = 108;

        int socket(int domain, int type, int protocol) throws LastErrorException;

        long sendto(int descriptor, byte[] data, long length, int flags, byte[] address, int addressLength)
                throws LastErrorException;

        int close(int descriptor) throws LastErrorException;
    }

    private final LibC libc;
    private final byte[] address;
    private final int descriptor;

    /**
     * @param path file system path, or {@code @name} in the abstract namespace
     * @throws IOException when the address is not one, or the socket cannot be made
     */
    UnixDatagramSocket(String path) throws IOException {
        this.address = address(path);
        try {
            this.libc = Native.load("c", LibC.class);
            this.descriptor = libc.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        } catch (LastErrorException | UnsatisfiedLinkError e) {
            throw new IOException("notification socket " + path + ": " + e.getMessage(), e);
        }
    }

    /** {@code struct sockaddr_un}, cut to its used length. */
    static byte[] address(String path) throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        boolean named = path.startsWith("/");
        if (!named && !path.startsWith("@")) {
            throw new IOException("notification socket " + path + ": expected /path or @name");
        }
        if (name.length > LibC.PATH_BYTES - 1) {
            throw new IOException("notification socket " + path + ": longer than " + (LibC.PATH_BYTES - 1) + " bytes");
        }
        byte[] sockaddr = new byte[2 + name.length + (named ? 1 : 0)];
        boolean little = ByteOrder.nativeOrder().equals(ByteOrder.LITTLE_ENDIAN);
        sockaddr[little ? 0 : 1] = LibC.AF_UNIX;
        System.arraycopy(name, 0, sockaddr, 2, name.length);
        if (!named) {
            sockaddr[2] = 0;
        }
        return sockaddr;
    }

    @Override
    public void send(byte[] message) throws IOException {
        try {
            libc.sendto(
                    descriptor,
                    message,
                    message.length,
                    LibC.MSG_NOSIGNAL | LibC.MSG_DONTWAIT,
                    address,
                    address.length);
        } catch (LastErrorException e) {
            throw new IOException("notification not taken: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        libc.close(descriptor);
    }
}
