package dev.tapswitch.control.api;

import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.http.Servers;
import dev.tapswitch.control.http.SocketFile;
import dev.tapswitch.control.http.UnixServer;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The control API on its unix socket. */
public final class ApiServer implements AutoCloseable {
    /** Connections that are idle for longer are closed, unless they wait for a response. */
    private static final int IDLE_SECONDS = 120;

    private final UnixServer server;

    private ApiServer(UnixServer server) {
        this.server = server;
    }

    /**
     * Removes a socket on which no process listens.
     *
     * @throws IOException if another daemon listens on it
     */
    public static void removeStale(Path socket) throws IOException {
        SocketFile.removeStale(socket);
    }

    /**
     * Starts to listen, or continues the predecessor's server.
     *
     * @param routes the routes of integrations
     * @param commands the thread for requests that may run host commands
     * @throws IOException with the reason on one line, for example that another daemon listens
     */
    public static ApiServer start(
            Servers servers,
            Path socket,
            ControlService control,
            List<Route> routes,
            ControlThread thread,
            ControlThread commands,
            Handover handover,
            String version)
            throws IOException {
        Router router = new Routes(control, routes, commands, version).router();
        return new ApiServer(servers.start(
                socket, "api", IDLE_SECONDS, () -> new ApiHandler(router, control, thread, commands, handover)));
    }

    /** Accepts no more requests and removes the socket. Responses in progress have a grace period. */
    @Override
    public void close() {
        server.close();
    }
}
