package dev.tapswitch.control.handover;

import dev.tapswitch.linux.unix.UnixPacketSocket;
import dev.tapswitch.linux.unix.UnixPacketSocket.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon that runs until this one, its child, takes over. One thread at a time; the order of the calls is that of {@link HandoverProtocol}. */
public final class Predecessor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);

    private final UnixPacketSocket socket;

    private Predecessor(UnixPacketSocket socket) {
        this.socket = socket;
    }

    /** The one that the environment names; empty where this daemon is nobody's successor. */
    public static Optional<Predecessor> of(Map<String, String> environment) throws IOException {
        String path = environment.getOrDefault(HandoverProtocol.VARIABLE, "");
        return path.isEmpty()
                ? Optional.empty()
                : Optional.of(new Predecessor(UnixPacketSocket.connect(Path.of(path))));
    }

    /** Tells why there is no successor. */
    public void failed(String why) {
        try {
            socket.send(HandoverProtocol.FAILED + why);
        } catch (IOException e) {
            LOG.debug("the predecessor does not listen", e);
        }
    }

    /** Says that all is ready that needs no port, and takes the queues of all TAPs, by name. The predecessor still reads them. */
    public void takeQueues(BiConsumer<String, int[]> taker) throws IOException {
        socket.send(HandoverProtocol.READY);
        while (true) {
            Message message = socket.receive(HandoverProtocol.PATIENCE_MS);
            if (message == null) throw new IOException("the predecessor ended in the middle of its hand-over");
            if (message.text().equals(HandoverProtocol.ALL)) return;
            if (!message.text().startsWith(HandoverProtocol.QUEUES))
                throw new IOException("the predecessor said \"" + message.text() + "\" instead of its queues");
            taker.accept(message.text().substring(HandoverProtocol.QUEUES.length()), message.descriptors());
        }
    }

    /** Says that all ports are open; when this returns the predecessor reads them no more. It may have died: then all the more so. */
    public void awaitForward() throws IOException {
        socket.send(HandoverProtocol.PREPARED);
        await(HandoverProtocol.FORWARD);
    }

    /** When this returns the predecessor has let go of sockets, published ports and state. */
    public void awaitFree() throws IOException {
        await(HandoverProtocol.FREE);
    }

    public void running() {
        try {
            socket.send(HandoverProtocol.RUNNING);
        } catch (IOException e) {
            LOG.debug("the predecessor does not listen", e);
        }
        close();
    }

    private void await(String word) throws IOException {
        Message message = socket.receive(HandoverProtocol.PATIENCE_MS);
        if (message == null) LOG.warn("the predecessor died before it said \"{}\"; going on", word);
        else if (!message.text().equals(word))
            throw new IOException("the predecessor said \"" + message.text() + "\" instead of \"" + word + "\"");
    }

    @Override
    public void close() {
        socket.close();
    }
}
