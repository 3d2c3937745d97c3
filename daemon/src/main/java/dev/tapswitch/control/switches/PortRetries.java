package dev.tapswitch.control.switches;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries ports without a device, those with the fewest losses first: a container that deletes its interface repeatedly waits behind the others. After a
 * time budget the rest becomes a separate task, so that requests are served in between. Must be called on the control thread.
 */
final class PortRetries {
    private static final Logger LOG = LoggerFactory.getLogger(PortRetries.class);
    private static final long BUDGET_NANOS = 100_000_000;

    /** Opens a port. */
    @FunctionalInterface
    interface Retry {
        void of(RunningSwitch owner, RunningPort port, long nowMs);
    }

    private record Due(RunningSwitch owner, RunningPort port) {}

    private final Executor control;
    private final Collection<RunningSwitch> switches;
    private final Retry retry;
    private boolean isContinued;

    PortRetries(Executor control, Collection<RunningSwitch> switches, Retry retry) {
        this.control = control;
        this.switches = switches;
        this.retry = retry;
    }

    /** Retries the ports that are due: at least one, and others until the time budget is used up. */
    void run() {
        long nowMs = Clock.nowMs();
        long end = System.nanoTime() + BUDGET_NANOS;
        for (Due each : due(nowMs)) {
            retry(each, nowMs);
            if (System.nanoTime() - end < 0) continue;
            continueLater();
            return;
        }
    }

    private List<Due> due(long nowMs) {
        List<Due> due = new ArrayList<>();
        for (RunningSwitch owner : switches) {
            for (RunningPort port : owner.ports()) if (port.isDue(nowMs)) due.add(new Due(owner, port));
        }
        due.sort(Comparator.comparingInt(each -> each.port().losses()));
        return due;
    }

    /** A failure of one port does not keep the others from being retried. */
    private void retry(Due each, long nowMs) {
        try {
            retry.of(each.owner(), each.port(), nowMs);
        } catch (RuntimeException e) {
            String name = each.port().config().name();
            each.port().gone("it can't be opened: " + e, nowMs);
            each.port().log().warn("switch " + each.owner().name() + ": port " + name + " can't be opened: " + e);
            LOG.debug("port {}", name, e);
        }
    }

    private void continueLater() {
        if (isContinued) return;
        isContinued = true;
        control.execute(() -> {
            isContinued = false;
            run();
        });
    }
}
