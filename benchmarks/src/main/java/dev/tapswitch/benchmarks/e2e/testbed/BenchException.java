package dev.tapswitch.benchmarks.e2e.testbed;

/** The reason why a set-up or a measurement failed, as one line for the user. */
public final class BenchException extends RuntimeException {
    public BenchException(String message) {
        super(message);
    }

    public BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
