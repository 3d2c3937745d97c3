package dev.tapswitch.e2e.testbed;

/** The event loop's two ways to read and write frames. Behaviour that must hold with both is tested with both. */
public enum Io {
    EPOLL("epoll"),
    IO_URING("io_uring");

    private final String setting;

    Io(String setting) {
        this.setting = setting;
    }

    /** The value of the setting {@code io}. */
    public String setting() {
        return setting;
    }
}
