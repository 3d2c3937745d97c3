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

/** Hears when other firewalls start, reload, or clear what they find, on a thread of its own, and has it looked at on the control thread. */
final class RuleWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RuleWatch.class);
    /** From one look to the next: they change a chain, then the next. */
    private static final long PAUSE_NANOS = 100_000_000;

    private final NftMonitor events;
    private final Executor control;
    private final Consumer<Changes> look;

    private RuleWatch(NftMonitor events, Executor control, Consumer<Changes> look) {
        this.events = events;
        this.control = control;
        this.look = look;
    }

    /** Begins; empty where the kernel does not tell, which is told in the log. */
    static Optional<RuleWatch> start(Executor control, Consumer<Changes> look) {
        try {
            RuleWatch watch = new RuleWatch(new NftMonitor(), control, look);
            Thread.ofPlatform().name("rules").daemon().start(watch::follow);
            return Optional.of(watch);
        } catch (DeviceException e) {
            LOG.warn("after another firewall is reloaded, restart this service: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private void follow() {
        while (true) {
            Optional<Changes> heard = events.await();
            if (heard.isEmpty()) return;
            Changes changes = heard.get();
            boolean isFirewalld = changes.affects(Firewalld.TABLE);
            if (!isFirewalld && !isOurs(changes) && !changes.affects(ForwardRules.CHAIN)) continue;
            if (isFirewalld) Firewalld.await();
            control.execute(() -> look.accept(changes));
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Whether our table may have gone. */
    static boolean isOurs(Changes changes) {
        return changes.isIncomplete() || changes.removed().contains(Ruleset.NAME);
    }

    @Override
    public void close() {
        events.close();
    }
}
