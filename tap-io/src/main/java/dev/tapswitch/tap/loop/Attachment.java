package dev.tapswitch.tap.loop;

import dev.tapswitch.tap.device.LinkState;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A port that workers serve: its queues, and what was last told of its link. */
final class Attachment {
    private final Supplier<LinkState> link;
    private final Consumer<LinkState> listener;
    private final AtomicReference<LinkState> told;

    /** By worker. Control threads. */
    TapQueue[] queues;

    /** {@code link}: asks for the link's state. A port begins as what it is then, so that going up before the first look is told. */
    Attachment(Supplier<LinkState> link, Consumer<LinkState> listener) {
        this.link = link;
        this.listener = listener;
        this.told = new AtomicReference<>(link.get() == LinkState.DOWN ? LinkState.DOWN : LinkState.UP);
    }

    /** Asks the device. */
    void check() {
        update(link.get());
    }

    /** Tells the listener where the state is a new one; what is gone stays gone. Any thread. */
    void update(LinkState state) {
        LinkState before = told.getAndUpdate(old -> old == LinkState.GONE ? old : state);
        if (before != state && before != LinkState.GONE) listener.accept(state);
    }
}
