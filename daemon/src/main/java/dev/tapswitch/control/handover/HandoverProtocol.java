package dev.tapswitch.control.handover;

import dev.tapswitch.linux.unix.UnixPacketSocket;
import dev.tapswitch.linux.unix.UnixPacketSocket.Message;
import java.io.IOException;

/** What the two processes say to each other, in this order: each word is a message. */
final class HandoverProtocol {
    /** The environment variable that tells a daemon that it is a successor, and where its predecessor listens. */
    static final String VARIABLE = "TAPSWITCH_HANDOVER";

    /** Successor: the configuration is right, the workers run. */
    static final String READY = "ready";
    /** Predecessor: a port's queues, whose name follows; and then that these were all. */
    static final String QUEUES = "queues ";

    static final String ALL = "all";
    /** Successor: all ports are open, and none is read. Until here everything can be taken back. */
    static final String PREPARED = "prepared";
    /** Predecessor: it does not read any more. */
    static final String FORWARD = "forward";
    /** Predecessor: sockets, published ports and state are free. */
    static final String FREE = "free";
    /** Successor: it does all that the predecessor did. */
    static final String RUNNING = "running";
    /** Successor: why it can't, on one line. */
    static final String FAILED = "failed ";

    static final int PATIENCE_MS = 30_000;

    private HandoverProtocol() {}

    static void expect(UnixPacketSocket socket, String word) throws IOException {
        Message message = socket.receive(PATIENCE_MS);
        if (message == null) throw new IOException("the other process ended instead of saying \"" + word + "\"");
        if (message.text().startsWith(FAILED))
            throw new IOException(message.text().substring(FAILED.length()));
        if (!message.text().equals(word))
            throw new IOException("the other process said \"" + message.text() + "\" instead of \"" + word + "\"");
    }
}
