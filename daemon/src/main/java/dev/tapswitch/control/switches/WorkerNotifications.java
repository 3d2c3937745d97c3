package dev.tapswitch.control.switches;

import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.dataplane.worker.PortListener;
import dev.tapswitch.linux.device.LinkState;
import java.util.concurrent.Executor;
import java.util.function.ObjIntConsumer;
import org.slf4j.LoggerFactory;

/** Passes the notifications of workers to the control thread. */
final class WorkerNotifications implements PortListener {
    private static final RateLimitedLogger LOG =
            new RateLimitedLogger(LoggerFactory.getLogger(WorkerNotifications.class));

    private final Executor control;
    private final ObjIntConsumer<LearningSwitch> linkChanged;

    /** {@code linkChanged}: runs on the control thread, with the switch and the index of the port. */
    WorkerNotifications(Executor control, ObjIntConsumer<LearningSwitch> linkChanged) {
        this.control = control;
        this.linkChanged = linkChanged;
    }

    @Override
    public void linkChanged(LearningSwitch owner, int port, LinkState state) {
        control.execute(() -> linkChanged.accept(owner, port));
    }

    @Override
    public void receiverIsSlow(LearningSwitch owner, int port, long writeNanos) {
        control.execute(() -> LOG.warn(
                "%s is a slow receiver: its interface takes %.1f ms to receive a frame, so most frames to it are dropped (drop reason slow-receiver)"
                        .formatted(where(owner, port), writeNanos / 1e6)));
    }

    @Override
    public void receiverIsFast(LearningSwitch owner, int port) {
        control.execute(() -> LOG.info(where(owner, port) + " receives at full speed again"));
    }

    private static String where(LearningSwitch owner, int port) {
        PortSettings settings = owner.snapshot().port(port);
        return "switch " + owner.name() + ": port " + (settings == null ? "?" : settings.name());
    }
}
