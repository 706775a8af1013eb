package io.bev.avatar.common.systemd;

import java.io.IOException;

/** Sends notification datagrams. */
interface NotifySocket extends AutoCloseable {

    /**
     * Sends one datagram.
     *
     * @param message assignments, one a line
     * @throws IOException when it was not taken
     */
    void send(byte[] message) throws IOException;

    /**
     * Sends one datagram with a duplicate of a file descriptor.
     *
     * @throws IOException when it was not taken
     */
    void send(byte[] message, int descriptor) throws IOException;

    @Override
    void close();
}
