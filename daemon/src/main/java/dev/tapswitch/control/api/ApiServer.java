package dev.tapswitch.control.api;

import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.http.SocketFile;
import dev.tapswitch.control.http.UnixServer;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The control API on its unix socket. */
public final class ApiServer implements AutoCloseable {
    /** A connection on which nothing moves for so long is closed; whoever still waits for an answer is not. */
    private static final int IDLE_SECONDS = 120;

    private final UnixServer server;

    private ApiServer(UnixServer server) {
        this.server = server;
    }

    /** Removes a socket on which nobody listens any more; IOException where another daemon does. */
    public static void removeStale(Path socket) throws IOException {
        SocketFile.removeStale(socket);
    }

    /**
     * Listens from now on; IOException says on one line why it can't, another daemon's being there among the reasons.
     *
     * @param routes those of integrations
     * @param commands the thread of requests that may run commands of the host
     */
    public static ApiServer start(
            Path socket,
            ControlService control,
            List<Route> routes,
            ControlThread thread,
            ControlThread commands,
            Handover handOver,
            String version)
            throws IOException {
        Router router = new Routes(control, routes, commands, version).router();
        return new ApiServer(UnixServer.start(
                socket, "api", IDLE_SECONDS, () -> new ApiHandler(router, control, thread, commands, handOver)));
    }

    /** Takes no more connections and removes the socket, for another daemon to listen there. */
    public void stopListening() {
        server.stopListening();
    }

    /** Takes no more requests and removes the socket; answers that are under way have a moment. */
    @Override
    public void close() {
        server.close();
    }
}
