package dev.tapswitch.control.api;

import dev.tapswitch.containers.cni.Cni;
import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.http.SocketFile;
import dev.tapswitch.control.http.UnixServer;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import java.io.IOException;
import java.nio.file.Path;

/** The control API on its unix socket. */
public final class ApiServer implements AutoCloseable {
    /** A connection on which nothing moves for so long is closed; whoever still waits for an answer is not. */
    private static final int IDLE_SECONDS = 120;

    private final UnixServer server;

    private ApiServer(UnixServer server) {
        this.server = server;
    }

    /** Removes a socket on which nobody listens any more; IOException where another daemon does. */
    public static void makeRoom(Path socket) throws IOException {
        SocketFile.makeRoom(socket);
    }

    /**
     * Listens from now on; IOException says on one line why it can't, another daemon's being there among the reasons.
     *
     * @param commands the thread of requests that may run commands of the host
     */
    public static ApiServer start(
            Path socket,
            ControlService control,
            Nat nat,
            Cni cni,
            ControlThread thread,
            ControlThread commands,
            Handover handOver,
            String version)
            throws IOException {
        Router router = new Routes(control, nat, cni, commands, version).router();
        return new ApiServer(UnixServer.start(
                socket, "api", IDLE_SECONDS, () -> new ApiHandler(router, control, thread, commands, handOver)));
    }

    /** Takes no more connections and removes the socket, for another daemon to listen there. */
    public void makeWay() {
        server.makeWay();
    }

    /** Takes no more requests and removes the socket; answers that are under way have a moment. */
    @Override
    public void close() {
        server.close();
    }
}
