package io.bev.avatar.common.systemd;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
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
        int SOL_SOCKET = 1;
        int SCM_RIGHTS = 1;
        /** Room for a path in {@code struct sockaddr_un}. */
        int PATH_BYTES = 108;

        int socket(int domain, int type, int protocol) throws LastErrorException;

        long sendto(int descriptor, byte[] data, long length, int flags, byte[] address, int addressLength)
                throws LastErrorException;

        /** @param message {@code struct msghdr} */
        long sendmsg(int descriptor, Pointer message, int flags) throws LastErrorException;

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

    /**
     * {@inheritDoc}
     *
     * <p>The structures of {@code sendmsg(2)} on 64-bit Linux, in one block: {@code msghdr} (56 bytes), {@code iovec} (16) and
     * {@code cmsghdr} with one descriptor (24).
     */
    @Override
    public void send(byte[] message, int passed) throws IOException {
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new IOException("notification not sent: file descriptors are passed on 64-bit systems only");
        }
        int vector = 56;
        int control = vector + 16;
        int name = control + 24;
        int data = name + 112;
        try (Memory block = new Memory(data + Math.max(message.length, 1))) {
            block.clear();
            block.write(name, address, 0, address.length);
            block.write(data, message, 0, message.length);
            block.setPointer(0, block.share(name));
            block.setInt(8, address.length);
            block.setPointer(16, block.share(vector));
            block.setLong(24, 1);
            block.setPointer(32, block.share(control));
            block.setLong(40, 24);
            block.setPointer(vector, block.share(data));
            block.setLong(vector + 8, message.length);
            block.setLong(control, 20);
            block.setInt(control + 8, LibC.SOL_SOCKET);
            block.setInt(control + 12, LibC.SCM_RIGHTS);
            block.setInt(control + 16, passed);
            libc.sendmsg(descriptor, block, LibC.MSG_NOSIGNAL | LibC.MSG_DONTWAIT);
        } catch (LastErrorException e) {
            throw new IOException("notification not taken: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        libc.close(descriptor);
    }
}
