package dev.tapswitch.control.integration;

import dev.tapswitch.control.api.Route;
import dev.tapswitch.control.switches.SwitchProvider;
import java.io.IOException;
import java.util.List;

/**
 * A part that brings switches or ports, or configures the host for them. {@code main} composes a list; the daemon calls each method for
 * all of them in the order of the list. A call in the daemon's life:
 *
 * <pre>
 * create -> start -> afterStart -> (follow, tick)* -> removeFromHost? -> stop -> close
 *                                                  -> release, in place of the last three, when a successor takes over
 * </pre>
 */
public interface Integration extends AutoCloseable {
    /**
     * Creates the integrations of a configuration. Control has not started yet. Main thread.
     */
    @FunctionalInterface
    interface Factory {
        List<Integration> create(IntegrationContext context) throws IOException;
    }

    /** Its sources of switches, in order of precedence, with the switches that it has restored. Main thread, before control starts. */
    default List<SwitchProvider> providers() {
        return List.of();
    }

    /** Starts serving. The switches run. Commands thread. IOException, with one line that says why, ends the daemon. */
    default void start() throws IOException {}

    /** All integrations have started. The daemon waits for this for three seconds at most. Commands thread. */
    default void afterStart() {}

    /** Every second, before ports that are gone are opened again: where devices have been moved to. Must not block. Control thread. */
    default void follow() {}

    /** Every second. Commands thread. */
    default void tick(long nowMs) {}

    /** What it adds to the API. Main thread. */
    default List<Route> routes() {
        return List.of();
    }

    /** The daemon ends for good: removes from the host what would lead frames to a switch that is gone. Commands thread. */
    default void removeFromHost() {}

    /** Ends serving. Main thread, while the control threads still run. */
    default void stop() {}

    /** A successor takes over: closes what only one process can have, and leaves everything else as it is. Commands thread. */
    default void release() throws IOException {}

    /** Closes what is left. Main thread, after the control threads have ended. */
    @Override
    default void close() {}
}
