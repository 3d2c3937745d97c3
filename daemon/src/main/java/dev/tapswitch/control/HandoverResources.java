package dev.tapswitch.control;

import dev.tapswitch.control.api.ApiServer;
import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.integration.Integrations;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.SwitchRuntime;
import dev.tapswitch.control.systemd.Systemd;
import java.io.IOException;
import java.util.Map;

/** The resources that a successor gets. They are handed over and not closed, because closing would remove them. Control thread only. */
final class HandoverResources implements Handover.Owner {
    private final SwitchRuntime host;
    private final Systemd systemd;
    private final Integrations integrations;
    private final StateDirectory state;
    private final Signals signals;
    private ApiServer api;
    private volatile boolean isHandedOver;

    HandoverResources(
            SwitchRuntime host, Systemd systemd, Integrations integrations, StateDirectory state, Signals signals) {
        this.host = host;
        this.systemd = systemd;
        this.integrations = integrations;
        this.state = state;
        this.signals = signals;
    }

    void with(ApiServer started) {
        api = started;
    }

    @Override
    public Map<String, int[]> queues() {
        return Systemd.queues(host);
    }

    @Override
    public void stopForwarding(long pid) {
        systemd.handOver(pid);
        host.workers().close();
    }

    @Override
    public void release() throws IOException {
        api.stopListening();
        integrations.release();
        state.close();
        host.abandonQueues();
    }

    @Override
    public void ended() {
        isHandedOver = true;
        signals.end();
    }

    /** If everything was handed over: sends the last answer, and ends this process without changing anything. */
    void endIfHandedOver() {
        if (!isHandedOver) return;
        api.close();
        Runtime.getRuntime().halt(0);
    }
}
