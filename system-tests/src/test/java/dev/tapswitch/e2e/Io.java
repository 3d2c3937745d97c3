package dev.tapswitch.e2e;

/** The two ways of moving frames; what must hold with both is tested with both. */
enum Io {
    EPOLL("epoll"),
    IO_URING("io_uring");

    private final String word;

    Io(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }
}
