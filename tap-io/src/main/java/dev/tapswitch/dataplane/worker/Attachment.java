package dev.tapswitch.dataplane.worker;

import dev.tapswitch.linux.device.LinkState;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A port that workers serve: its queues, and whether its link is what the switch takes it for. What was told before is not remembered: who was told may have
 * looked by himself since.
 */
final class Attachment {
    private final Supplier<LinkState> link;
    private final BooleanSupplier isUp;
    private final Consumer<LinkState> listener;

    /** By worker. Control threads. */
    PortQueue[] queues;

    /** {@code link}: asks for the link's state; {@code isUp}: whether the switch takes the port for one that is up. */
    Attachment(Supplier<LinkState> link, BooleanSupplier isUp, Consumer<LinkState> listener) {
        this.link = link;
        this.isUp = isUp;
        this.listener = listener;
    }

    /** Asks the device; tells the listener, again and again, until the switch takes the port for what it is or has let go of it. */
    void check() {
        LinkState state = link.get();
        if (state == LinkState.GONE || (state == LinkState.UP) != isUp.getAsBoolean()) listener.accept(state);
    }

    /** Tells the listener what a queue has found. Any thread. */
    void gone() {
        listener.accept(LinkState.GONE);
    }
}
