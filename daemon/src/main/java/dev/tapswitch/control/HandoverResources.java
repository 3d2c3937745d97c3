package dev.tapswitch.control;

import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.http.Servers;
import dev.tapswitch.control.integration.Integrations;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.SwitchRuntime;
import dev.tapswitch.control.systemd.Systemd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The resources that a successor takes over. This process does not close them, because that would remove them. Control thread only. */
final class HandoverResources implements Handover.Owner {
    private static final long MAX_WAIT_MS = 10_000;

    private final SwitchRuntime runtime;
    private final Systemd systemd;
    private final Integrations integrations;
    private final StateDirectory state;
    private final Signals signals;
    private final Servers servers;
    private final ControlThread thread;
    private volatile boolean isHandedOver;

    HandoverResources(
            SwitchRuntime runtime,
            Systemd systemd,
            Integrations integrations,
            StateDirectory state,
            Signals signals,
            Servers servers,
            ControlThread thread) {
        this.runtime = runtime;
        this.systemd = systemd;
        this.integrations = integrations;
        this.state = state;
        this.signals = signals;
        this.servers = servers;
        this.thread = thread;
    }

    @Override
    public Map<String, int[]> queues() {
        return Systemd.queues(runtime);
    }

    @Override
    public void pause() throws IOException, InterruptedException {
        servers.pause();
        try {
            // The hand-over itself runs behind the tasks of the commands thread.
            thread.submit(() -> this).get(MAX_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the control thread is busy", e);
        }
    }

    @Override
    public void resume() {
        servers.resume();
    }

    @Override
    public void stopForwarding(long pid) {
        systemd.handOver(pid);
        runtime.workers().close();
    }

    @Override
    public Map<Path, int[]> release() throws IOException {
        Map<Path, int[]> released = servers.release();
        integrations.release();
        state.close();
        runtime.abandonQueues();
        return released;
    }

    @Override
    public void ended() {
        isHandedOver = true;
        signals.end();
    }

    /** If everything was handed over: sends the last responses, and ends this process without changing anything. */
    void endIfHandedOver() {
        if (!isHandedOver) return;
        servers.close();
        Runtime.getRuntime().halt(0);
    }
}
