package dev.tapswitch.dataplane.worker;

import java.util.Locale;

/** Which kernel interface moves frames. */
public enum IoMode {
    AUTO,
    EPOLL,
    IO_URING;

    /** As the configuration writes it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
