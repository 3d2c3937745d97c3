package dev.tapswitch.dataplane;

import dev.tapswitch.dataplane.worker.PortQueue;
import dev.tapswitch.linux.device.LinkState;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A port that workers serve: its queues, and a comparison of its link with the port's state in the switch. It does not remember what it has reported,
 * because the listener may have queried the link itself in the meantime.
 */
final class Attachment {
    private final Supplier<LinkState> link;
    private final BooleanSupplier isUp;
    private final Consumer<LinkState> listener;
    private List<PortQueue> queues = List.of();

    /** {@code link}: queries the link's state; {@code isUp}: the port's state in the switch. */
    Attachment(Supplier<LinkState> link, BooleanSupplier isUp, Consumer<LinkState> listener) {
        this.link = link;
        this.isUp = isUp;
        this.listener = listener;
    }

    void setQueues(List<PortQueue> byWorker) {
        queues = List.copyOf(byWorker);
    }

    /** The queues, indexed by worker. Must be called by control threads. */
    List<PortQueue> queues() {
        return queues;
    }

    /** Queries the device, and notifies the listener at each call until the port's state in the switch is the link's, or the port was removed. */
    void check() {
        LinkState state = link.get();
        if (state == LinkState.GONE || (state == LinkState.UP) != isUp.getAsBoolean()) listener.accept(state);
    }

    /** A queue has found that its device was deleted. Thread-safe. */
    void deviceLost() {
        listener.accept(LinkState.GONE);
    }
}
