package io.bev.avatar.exporter.systemd;

import java.nio.channels.SocketChannel;
import org.freedesktop.dbus.spi.message.IMessageReader;
import org.freedesktop.dbus.spi.message.IMessageWriter;
import org.freedesktop.dbus.spi.message.ISocketProvider;
import org.freedesktop.dbus.spi.message.OutputStreamMessageWriter;

/** Makes dbus-java, which finds it as a service of the JDK, read messages up to a limit. */
public final class BoundedSocketProvider implements ISocketProvider {

    /** For {@link java.util.ServiceLoader}. */
    public BoundedSocketProvider() {}

    @Override
    public IMessageReader createReader(SocketChannel channel) {
        return new BoundedMessageReader(channel);
    }

    @Override
    public IMessageWriter createWriter(SocketChannel channel) {
        return new OutputStreamMessageWriter(channel);
    }

    @Override
    public void setFileDescriptorSupport(boolean supported) {
        // No method that is called here returns one.
    }

    @Override
    public boolean isFileDescriptorPassingSupported() {
        return false;
    }
}
