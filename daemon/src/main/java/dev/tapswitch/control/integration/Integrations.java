package dev.tapswitch.control.integration;

import dev.tapswitch.control.api.Route;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.SwitchProvider;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All integrations of a daemon. Calls each method for one after the other, on the right thread. */
public final class Integrations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Integrations.class);
    private static final long MAX_AFTER_START_MS = 3_000;
    /** Less than systemd's timeout for a stop. */
    private static final long MAX_REMOVAL_MS = 20_000;

    private final ControlThread commands;
    private List<Integration> all = List.of();
    /** Whether a successor serves in place of this process, which must change nothing any more. */
    private boolean isReleased;

    /** No integrations yet. */
    public Integrations(ControlThread commands) {
        this.commands = commands;
    }

    /** Creates the integrations. To be called before any other method, on the main thread. */
    public void create(Integration.Factory factory, IntegrationContext context) throws IOException {
        all = List.copyOf(factory.create(context));
    }

    /**
     * Starts all integrations. Main thread.
     *
     * @throws ExecutionException if one cannot start; the cause has the reason
     */
    public void start() throws ExecutionException, InterruptedException {
        CompletableFuture<Integrations> started = commands.submit(() -> {
            for (Integration each : all) each.start();
            return this;
        });
        // This is the next task of the thread and runs before any request.
        CompletableFuture<Integrations> after = commands.submit(() -> {
            if (!started.isCompletedExceptionally()) all.forEach(Integration::afterStart);
            return this;
        });
        started.get();
        try {
            after.get(MAX_AFTER_START_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("the host's firewall is slow: the daemon starts without waiting for its rules");
        }
    }

    /** Follows devices that were moved. Control thread. */
    public void follow() {
        if (!isReleased) all.forEach(Integration::follow);
    }

    /** Does the periodic work. Commands thread. */
    public void tick(long nowMs) {
        if (!isReleased) all.forEach(each -> each.tick(nowMs));
    }

    /** The sources of switches of all integrations, in order of precedence. Main thread. */
    public List<SwitchProvider> providers() {
        return all.stream().flatMap(each -> each.providers().stream()).toList();
    }

    /** The routes that the integrations add to the API. Main thread. */
    public List<Route> routes() {
        return all.stream().flatMap(each -> each.routes().stream()).toList();
    }

    /** Removes what the integrations have configured on the host. Waits at most 20 s. Main thread. */
    public void removeFromHost() throws InterruptedException {
        try {
            commands.submit(() -> {
                        all.forEach(Integration::removeFromHost);
                        return this;
                    })
                    .get(MAX_REMOVAL_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("the host's rules may be left behind: {}", e.toString());
        }
    }

    /** Ends serving. Main thread. */
    public void stop() {
        all.reversed().forEach(Integration::stop);
    }

    /** Releases what only one process can have to a successor. Commands thread. */
    public void release() throws IOException {
        isReleased = true;
        for (Integration each : all) each.release();
    }

    /** Closes the remaining resources. Main thread, after the control threads have ended. */
    @Override
    public void close() {
        all.reversed().forEach(Integration::close);
    }
}
