package io.bev.avatar.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** Network namespace with one link to this machine, which can be cut. Requires root. */
final class NetworkNamespace implements AutoCloseable {

    /** Of the range for documentation: it is in no route. */
    private static final String OUTER = "198.51.100.1";

    private static final String INNER = "198.51.100.2";
    private static final String NAME = "bev-bench";
    private static final String OUTER_LINK = "bev-bench0";
    private static final String INNER_LINK = "bev-bench1";

    private NetworkNamespace() {}

    /** Creates it, and removes what a killed run has left. */
    static NetworkNamespace create() throws IOException, InterruptedException {
        StackClient.run(List.of("ip", "netns", "del", NAME));
        StackClient.runChecked("ip", "netns", "add", NAME);
        NetworkNamespace namespace = new NetworkNamespace();
        try {
            StackClient.runChecked(
                    "ip", "link", "add", OUTER_LINK, "type", "veth", "peer", "name", INNER_LINK, "netns", NAME);
            StackClient.runChecked("ip", "addr", "add", OUTER + "/30", "dev", OUTER_LINK);
            StackClient.runChecked("ip", "link", "set", OUTER_LINK, "up");
            StackClient.runChecked("ip", "-n", NAME, "addr", "add", INNER + "/30", "dev", INNER_LINK);
            StackClient.runChecked("ip", "-n", NAME, "link", "set", INNER_LINK, "up");
            StackClient.runChecked("ip", "-n", NAME, "link", "set", "lo", "up");
            return namespace;
        } catch (IOException e) {
            namespace.close();
            throw e;
        }
    }

    /** Address of this machine on the link. */
    InetAddress outer() throws IOException {
        return InetAddress.getByName(OUTER);
    }

    /** Address within the namespace. */
    String inner() {
        return INNER;
    }

    /** Words before a command that run it within the namespace. */
    List<String> prefix() {
        return List.of("ip", "netns", "exec", NAME);
    }

    /** Cuts or restores the link: packets are lost, nothing is rejected. */
    void cut(boolean cut) throws IOException, InterruptedException {
        StackClient.runChecked("ip", "-n", NAME, "link", "set", INNER_LINK, cut ? "down" : "up");
    }

    @Override
    public void close() throws IOException {
        try {
            StackClient.run(List.of("ip", "netns", "del", NAME));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next run removes it
        }
    }
}
