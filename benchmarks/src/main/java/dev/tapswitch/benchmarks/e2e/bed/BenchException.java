package dev.tapswitch.benchmarks.e2e.bed;

/** Why something could not be set up or measured: one line for the user. */
public final class BenchException extends RuntimeException {
    public BenchException(String message) {
        super(message);
    }

    public BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
