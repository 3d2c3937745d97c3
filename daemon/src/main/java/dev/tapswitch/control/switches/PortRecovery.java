package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.Locale;
import java.util.Map;

/** Follows the link states of ports, and reopens ports that have lost their devices. Must be called on the control thread. */
final class PortRecovery {
    private final Map<String, RunningSwitch> switches;
    private final PortLifecycle lifecycle;
    private final NameRetry nameRetry;
    private final PortRetries retries;

    /** {@code switches}: the running switches by name; read at each call. */
    PortRecovery(Map<String, RunningSwitch> switches, PortLifecycle lifecycle, ControlThread control) {
        this.switches = switches;
        this.lifecycle = lifecycle;
        this.nameRetry = new NameRetry(control, this::retryTakenNames);
        this.retries = new PortRetries(control, switches.values(), this::retry);
    }

    /** Opens a port's device and binds its MAC. */
    void open(RunningSwitch sw, RunningPort port) throws DeviceException {
        lifecycle.open(sw, port);
        MacBinding.refresh(sw, port);
    }

    /** Retries the ports that are due. */
    void run() {
        retries.run();
    }

    /** Closes a port's device and opens it again. If that fails, the port waits and is retried. */
    void reopen(RunningSwitch sw, RunningPort port) {
        lifecycle.close(sw, port, "being recreated");
        retry(sw, port, Clock.nowMs());
    }

    private void retry(RunningSwitch sw, RunningPort port, long nowMs) {
        try {
            open(sw, port);
            SuperFrameRule.apply(sw);
            port.log()
                    .info(where(sw, port.config()) + " is back: "
                            + port.state().name().toLowerCase(Locale.ROOT));
        } catch (DeviceException e) {
            String before = port.whyGone();
            failed(port, e, nowMs);
            if (!before.equals(port.whyGone())) waits(sw, port);
        }
    }

    /** Records that the first attempt to open a port has failed. The port waits and is retried. */
    void firstFailed(RunningSwitch sw, RunningPort port, DeviceException why) {
        failed(port, why, Clock.nowMs());
        waits(sw, port);
    }

    private void failed(RunningPort port, DeviceException why, long nowMs) {
        port.gone(lifecycle.whyNoNamespace(port.config()).orElse(why.getMessage()), nowMs);
        port.nameTaken(why.kind() == DeviceException.Kind.NAME_TAKEN, nowMs);
        if (port.awaitsName(nowMs)) nameRetry.schedule();
    }

    private static void waits(RunningSwitch sw, RunningPort port) {
        port.log().warn(where(sw, port.config()) + " waits: " + port.whyGone());
    }

    /** Retries the ports whose interface names were taken. Returns the nanoseconds spent on those whose names still are. */
    private long retryTakenNames() {
        long wastedNanos = 0;
        for (RunningSwitch sw : switches.values()) {
            for (RunningPort port : sw.ports()) {
                if (!port.awaitsName(Clock.nowMs())) continue;
                long began = System.nanoTime();
                retry(sw, port, Clock.nowMs());
                if (port.awaitsName(Clock.nowMs())) wastedNanos += Math.max(1, System.nanoTime() - began);
            }
        }
        return wastedNanos;
    }

    /** Updates a port after a notification about its link. Reads the state of the device, because the notification may be out of date. */
    void linkChanged(LearningSwitch owner, int index) {
        RunningSwitch sw = switches.get(owner.name());
        if (sw == null || sw.learning() != owner) return;
        RunningPort port = sw.port(index);
        if (port == null || port.device() == null) return;
        LinkState state = port.device().state();
        if (state == LinkState.GONE) {
            lifecycle.close(sw, port, lifecycle.whyNoNamespace(port.config()).orElse("its interface was deleted"));
            SuperFrameRule.apply(sw);
            port.log().warn(where(sw, port.config()) + " is gone: " + port.whyGone());
            return;
        }
        boolean isUp = state == LinkState.UP;
        if (owner.isPortUp(index) == isUp) return;
        lifecycle.setUp(sw, port, isUp);
        MacBinding.refresh(sw, port);
        port.log().info(where(sw, port.config()) + " is " + (isUp ? "up" : "down"));
    }

    /** Names a port and its switch, for log lines and errors. */
    static String where(RunningSwitch sw, PortConfig port) {
        return "switch " + sw.name() + ": port " + port.name();
    }
}
