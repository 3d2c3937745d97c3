package dev.tapswitch.control.handover;

import dev.tapswitch.linux.unix.UnixPacketSocket;
import dev.tapswitch.linux.unix.UnixPacketSocket.Message;
import java.io.IOException;

/** The messages between the two processes, in this order. */
final class HandoverProtocol {
    /** The environment variable of a successor: the path of the socket on which its predecessor listens. */
    static final String VARIABLE = "TAPSWITCH_HANDOVER";

    /** From the successor: the configuration is valid and the workers run. */
    static final String READY = "ready";
    /** From the predecessor: the queues of a port, whose name follows, as descriptors. {@link #ALL} ends the list. */
    static final String QUEUES = "queues ";

    /** From the predecessor: all queues are sent. */
    static final String ALL = "all";
    /** From the successor: all ports are open, and none is read. Until this message, everything can be undone. */
    static final String PREPARED = "prepared";
    /** From the predecessor: it no longer reads. */
    static final String FORWARD = "forward";
    /** From the predecessor: the listening socket and the connections of a server, whose path follows. A server of many takes several messages. */
    static final String SERVER = "server ";
    /** From the predecessor: sockets, published ports and state are released. */
    static final String FREE = "free";
    /** From the successor: it has taken over everything. */
    static final String RUNNING = "running";
    /** From the successor: it cannot take over; the reason follows, on one line. */
    static final String FAILED = "failed ";

    /** The time in which the other process must send its next message. */
    static final int TIMEOUT_MS = 30_000;

    private HandoverProtocol() {}

    /**
     * Waits for a message.
     *
     * @throws IOException if another one arrives, or none, or the other process has ended
     */
    static void expect(UnixPacketSocket socket, String word) throws IOException {
        Message message = socket.receive(TIMEOUT_MS);
        if (message == null) throw new IOException("the other process ended before it sent \"" + word + "\"");
        if (message.text().startsWith(FAILED))
            throw new IOException(message.text().substring(FAILED.length()));
        if (!message.text().equals(word))
            throw new IOException("the other process sent \"" + message.text() + "\" instead of \"" + word + "\"");
    }
}
