package dev.tapswitch.cli;

/** What scripts may rely on. */
final class ExitCode {
    static final int OK = 0;
    /** The operation failed; one line on stderr says what, where, and what to do. */
    static final int FAILED = 1;
    /** The command line was not understood. */
    static final int USAGE = 2;
    /** No daemon answers at the socket. */
    static final int UNREACHABLE = 3;

    private ExitCode() {}
}
