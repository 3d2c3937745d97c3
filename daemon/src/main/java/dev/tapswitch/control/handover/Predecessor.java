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

/** The daemon that runs until this one, its child, takes over. Not thread-safe. The methods are called in the order of {@link HandoverProtocol}. */
public final class Predecessor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);

    private final UnixPacketSocket socket;

    private Predecessor(UnixPacketSocket socket) {
        this.socket = socket;
    }

    /** The predecessor that the environment names; empty if this daemon is not a successor. */
    public static Optional<Predecessor> of(Map<String, String> environment) throws IOException {
        String path = environment.getOrDefault(HandoverProtocol.VARIABLE, "");
        return path.isEmpty()
                ? Optional.empty()
                : Optional.of(new Predecessor(UnixPacketSocket.connect(Path.of(path))));
    }

    /** Reports why this daemon cannot be the successor. */
    public void failed(String why) {
        try {
            socket.send(HandoverProtocol.FAILED + why);
        } catch (IOException e) {
            LOG.debug("the predecessor has closed its socket", e);
        }
    }

    /** Reports that this daemon is ready for the ports, and receives the queues of all TAPs, by name. The predecessor still reads them. */
    public void takeQueues(BiConsumer<String, int[]> taker) throws IOException {
        socket.send(HandoverProtocol.READY);
        while (true) {
            Message message = socket.receive(HandoverProtocol.TIMEOUT_MS);
            if (message == null) throw new IOException("the predecessor ended in the middle of its hand-over");
            if (message.text().equals(HandoverProtocol.ALL)) return;
            if (!message.text().startsWith(HandoverProtocol.QUEUES))
                throw new IOException("the predecessor sent \"" + message.text() + "\" instead of its queues");
            taker.accept(message.text().substring(HandoverProtocol.QUEUES.length()), message.descriptors());
        }
    }

    /** Reports that all ports are open. When this returns, the predecessor no longer reads them, or has died. */
    public void awaitForward() throws IOException {
        socket.send(HandoverProtocol.PREPARED);
        Message message = receive(HandoverProtocol.FORWARD);
        if (message != null && !message.text().equals(HandoverProtocol.FORWARD))
            throw unexpected(message, HandoverProtocol.FORWARD);
    }

    /** Receives the sockets and connections of the servers, by path, and waits until the predecessor has released published ports and state. */
    public void awaitFree(BiConsumer<Path, int[]> servers) throws IOException {
        while (true) {
            Message message = receive(HandoverProtocol.FREE);
            if (message == null || message.text().equals(HandoverProtocol.FREE)) return;
            if (!message.text().startsWith(HandoverProtocol.SERVER)) throw unexpected(message, HandoverProtocol.FREE);
            String path = message.text().substring(HandoverProtocol.SERVER.length());
            if (message.descriptors().length > 0) servers.accept(Path.of(path), message.descriptors());
        }
    }

    /** Reports that this daemon has taken over everything, and closes the socket. */
    public void running() {
        try {
            socket.send(HandoverProtocol.RUNNING);
        } catch (IOException e) {
            LOG.debug("the predecessor has closed its socket", e);
        }
        close();
    }

    /** The next message; null, with a warning, if the predecessor has died. */
    private Message receive(String word) throws IOException {
        Message message = socket.receive(HandoverProtocol.TIMEOUT_MS);
        if (message == null) LOG.warn("the predecessor died before it sent \"{}\"; the start continues", word);
        return message;
    }

    private static IOException unexpected(Message message, String word) {
        return new IOException("the predecessor sent \"" + message.text() + "\" instead of \"" + word + "\"");
    }

    @Override
    public void close() {
        socket.close();
    }
}
