package dev.tapswitch.dataplane;

import java.util.Locale;

/** The kernel interface that event loops wait with. */
public enum IoMode {
    AUTO,
    EPOLL,
    IO_URING;

    /** As in the configuration. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
