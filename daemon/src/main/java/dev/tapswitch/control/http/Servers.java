package dev.tapswitch.control.http;

import dev.tapswitch.linux.sys.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The servers of this process. A hand-over passes their sockets and connections to those of the successor, so that no client notices. Thread-safe, but the
 * methods for a hand-over must be called by one thread.
 */
public final class Servers {
    private final Map<Path, UnixServer> running = new ConcurrentHashMap<>();
    private final Map<Path, int[]> inherited = new ConcurrentHashMap<>();

    /** Adds descriptors that the predecessor's {@link #release} returned. Their order must be kept. */
    public void inherit(Path socket, int[] descriptors) {
        inherited.merge(socket, descriptors, Servers::concat);
    }

    /** Whether {@link #start} continues the predecessor's server at this path. A socket that somebody has deleted cannot be reached any more. */
    public boolean isInherited(Path socket) {
        return inherited.containsKey(socket) && Files.exists(socket);
    }

    /** {@link UnixServer#start}, or the continuation of the predecessor's server. */
    public UnixServer start(Path socket, String name, int idleSeconds, Supplier<RequestHandler> handlers)
            throws IOException {
        boolean isInherited = isInherited(socket);
        int[] descriptors = inherited.remove(socket);
        if (descriptors != null && !isInherited) close(descriptors);
        UnixServer server = isInherited
                ? UnixServer.resume(socket, descriptors, name, idleSeconds, handlers)
                : UnixServer.start(socket, name, idleSeconds, handlers);
        running.put(socket, server);
        return server;
    }

    /** {@link UnixServer#pause} for all. */
    public void pause() {
        running.values().forEach(UnixServer::pause);
    }

    /** {@link UnixServer#resume} for all. */
    public void resume() {
        running.values().forEach(UnixServer::resume);
    }

    /** {@link UnixServer#release} for all: the descriptors, by the path of the socket. */
    public Map<Path, int[]> release() {
        Map<Path, int[]> released = new LinkedHashMap<>();
        running.forEach((socket, server) -> released.put(socket, server.release()));
        return released;
    }

    /** Closes inherited descriptors of servers that this process did not start, and removes their sockets. To be called after all have started. */
    public void closeUnused() throws IOException {
        for (var unused : inherited.entrySet()) {
            close(unused.getValue());
            Files.deleteIfExists(unused.getKey());
        }
        inherited.clear();
    }

    /** {@link UnixServer#close} for all. */
    public void close() {
        running.values().forEach(UnixServer::close);
    }

    private static void close(int[] descriptors) {
        for (int fd : descriptors) Libc.close(fd);
    }

    private static int[] concat(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }
}
