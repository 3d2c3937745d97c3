package dev.tapswitch.containers.firewall;

import dev.tapswitch.linux.netlink.NftMonitor;
import dev.tapswitch.linux.netlink.NftMonitor.Changes;
import dev.tapswitch.linux.sys.DeviceException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the host's firewall rules on a dedicated thread. Calls a resync on the control thread when other programs change or remove rules. */
final class RuleWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RuleWatch.class);
    /** The pause after a resync. Other programs change several chains one after the other. */
    private static final long PAUSE_NANOS = 100_000_000;

    private final NftMonitor events;
    private final Executor control;
    private final Consumer<Changes> resync;

    private RuleWatch(NftMonitor events, Executor control, Consumer<Changes> resync) {
        this.events = events;
        this.control = control;
        this.resync = resync;
    }

    /** Starts watching. Empty, with a warning in the log, if the kernel refuses the subscription. */
    static Optional<RuleWatch> start(Executor control, Consumer<Changes> resync) {
        try {
            RuleWatch watch = new RuleWatch(new NftMonitor(), control, resync);
            Thread.ofPlatform().name("rules").daemon().start(watch::follow);
            return Optional.of(watch);
        } catch (DeviceException e) {
            LOG.warn(
                    "changes by other firewalls are not noticed, so restart this service after a reload of one: {}",
                    e.getMessage());
            return Optional.empty();
        }
    }

    private void follow() {
        while (true) {
            Optional<Changes> received = events.await();
            if (received.isEmpty()) return;
            Changes changes = received.get();
            boolean isFirewalld = changes.affects(Firewalld.TABLE);
            if (!isFirewalld && !mayLackTable(changes) && !changes.affects(ForwardRules.CHAIN)) continue;
            if (isFirewalld) Firewalld.await();
            control.execute(() -> resync.accept(changes));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Whether our table may have been removed. */
    static boolean mayLackTable(Changes changes) {
        return changes.isIncomplete() || changes.removed().contains(Ruleset.NAME);
    }

    @Override
    public void close() {
        events.close();
    }
}
