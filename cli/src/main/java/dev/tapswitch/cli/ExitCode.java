package dev.tapswitch.cli;

/** The exit codes of the command. Scripts may rely on them. */
final class ExitCode {
    static final int OK = 0;
    /** The operation failed. One line on stderr explains why and what to do. */
    static final int FAILED = 1;
    /** The command line is not valid. */
    static final int USAGE = 2;
    /** No daemon is listening on the socket. */
    static final int UNREACHABLE = 3;

    private ExitCode() {}
}
