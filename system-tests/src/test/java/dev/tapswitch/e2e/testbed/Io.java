package dev.tapswitch.e2e.testbed;

/** The two ways of moving frames; what must hold with both is tested with both. */
public enum Io {
    EPOLL("epoll"),
    IO_URING("io_uring");

    private final String word;

    Io(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
