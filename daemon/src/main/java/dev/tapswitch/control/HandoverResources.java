package dev.tapswitch.control;

import dev.tapswitch.containers.docker.Docker;
import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.api.ApiServer;
import dev.tapswitch.control.handover.Handover;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.SwitchRuntime;
import dev.tapswitch.control.systemd.Systemd;
import java.io.IOException;
import java.util.Map;

/** All of this daemon that a successor gets: handed over, not closed, for closing would remove it. Control thread. */
final class HandoverResources implements Handover.Owner {
    private final SwitchRuntime host;
    private final Systemd systemd;
    private final Docker docker;
    private final Nat nat;
    private final StateDirectory state;
    private final Signals signals;
    private ApiServer api;
    private volatile boolean isHandedOver;

    /** {@code docker}: null where there is none. */
    HandoverResources(
            SwitchRuntime host, Systemd systemd, Docker docker, Nat nat, StateDirectory state, Signals signals) {
        this.host = host;
        this.systemd = systemd;
        this.docker = docker;
        this.nat = nat;
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
    public void letGo() throws IOException {
        api.makeWay();
        if (docker != null) docker.makeWay();
        nat.close();
        state.close();
        host.abandonQueues();
    }

    @Override
    public void ended() {
        isHandedOver = true;
        signals.end();
    }

    /** Where all was handed over: ends this process, having sent the last answer, and leaves everything as it is. */
    void endIfHandedOver() {
        if (!isHandedOver) return;
        api.close();
        Runtime.getRuntime().halt(0);
    }
}
