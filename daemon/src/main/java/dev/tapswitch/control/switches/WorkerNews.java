package dev.tapswitch.control.switches;

import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.dataplane.worker.Workers;
import dev.tapswitch.linux.device.LinkState;
import java.util.concurrent.Executor;
import java.util.function.ObjIntConsumer;
import org.slf4j.LoggerFactory;

/** Takes what workers report to the control thread. */
final class WorkerNews implements Workers.LinkListener {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(LoggerFactory.getLogger(WorkerNews.class));

    private final Executor control;
    private final ObjIntConsumer<LearningSwitch> linkChanged;

    /** {@code linkChanged}: run on the control thread, with a switch and a port's index. */
    WorkerNews(Executor control, ObjIntConsumer<LearningSwitch> linkChanged) {
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
                "%s is a slow receiver: its interface takes %.1f ms to receive a frame, so it gets few of them (drop reason slow-receiver)"
                        .formatted(where(owner, port), writeNanos / 1e6)));
    }

    @Override
    public void receiverIsFast(LearningSwitch owner, int port) {
        control.execute(() -> LOG.info(where(owner, port) + " receives fast again"));
    }

    private static String where(LearningSwitch owner, int port) {
        PortSettings settings = owner.snapshot().port(port);
        return "switch " + owner.name() + ": port " + (settings == null ? "?" : settings.name());
    }
}
