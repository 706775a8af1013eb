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

    @Override
    void close();
}
