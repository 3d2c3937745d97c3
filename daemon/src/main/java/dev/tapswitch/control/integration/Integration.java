package dev.tapswitch.control.integration;

import dev.tapswitch.control.api.Route;
import dev.tapswitch.control.switches.SwitchProvider;
import java.io.IOException;
import java.util.List;

/**
 * A part that provides switches or ports, or configures the host for them. {@code main} composes a list; the daemon calls each method for all integrations in
 * the order of the list. The order of the calls:
 *
 * <pre>
 * create -> providers -> start -> afterStart -> (follow, tick)* -> removeFromHost? -> stop -> close
 *                                                               -> release, in place of the last three, when a successor takes over
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

    /** The sources of its switches, in order of precedence, with the switches that it has restored. Main thread, before control starts. */
    default List<SwitchProvider> providers() {
        return List.of();
    }

    /**
     * Starts serving. Called when the switches run. Commands thread.
     *
     * @throws IOException if it cannot start; the message is one line, and the daemon ends
     */
    default void start() throws IOException {}

    /** Called after all integrations have started. The daemon waits at most three seconds for it. Commands thread. */
    default void afterStart() {}

    /** Called every second, before ports without a device are retried: follows devices that were moved. Must not block. Control thread. */
    default void follow() {}

    /** Called every second. Commands thread. */
    default void tick(long nowMs) {}

    /** The routes that it adds to the API. Main thread. */
    default List<Route> routes() {
        return List.of();
    }

    /** Called when the daemon ends for good: removes the rules and devices that lead to the switches. Commands thread. */
    default void removeFromHost() {}

    /** Ends serving. Main thread, while the control threads still run. */
    default void stop() {}

    /** Called when a successor takes over its servers: closes what only one process can have, and leaves everything else unchanged. Commands thread. */
    default void release() throws IOException {}

    /** Closes the remaining resources. Main thread, after the control threads have ended. */
    @Override
    default void close() {}
}
