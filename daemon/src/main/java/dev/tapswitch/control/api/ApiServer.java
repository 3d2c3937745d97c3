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
    /** Connections that are idle for longer are closed, unless they wait for an answer. */
    private static final int IDLE_SECONDS = 120;

    private final UnixServer server;

    private ApiServer(UnixServer server) {
        this.server = server;
    }

    /** Removes a socket on which no process listens. IOException if another daemon does. */
    public static void removeStale(Path socket) throws IOException {
        SocketFile.removeStale(socket);
    }

    /**
     * Starts to listen, or continues the predecessor's server. IOException says on one line why it cannot, for example because another daemon listens.
     *
     * @param routes the routes of integrations
     * @param commands the thread for requests that may run host commands
     */
    public static ApiServer start(
            Servers servers,
            Path socket,
            ControlService control,
            List<Route> routes,
            ControlThread thread,
            ControlThread commands,
            Handover handOver,
            String version)
            throws IOException {
        Router router = new Routes(control, routes, commands, version).router();
        return new ApiServer(servers.start(
                socket, "api", IDLE_SECONDS, () -> new ApiHandler(router, control, thread, commands, handOver)));
    }

    /** Accepts no more requests and removes the socket. Answers in progress have a grace period. */
    @Override
    public void close() {
        server.close();
    }
}
