package dev.tapswitch.cli.lab;

/** Receives the progress of a long operation. Called on the thread of the operation. */
@FunctionalInterface
public interface Progress {
    /** Discards all reports. */
    Progress NONE = (step, done, total) -> {};

    /**
     * Reports how far the current step is.
     *
     * @param step a short description, for example "creating namespaces"
     * @param total 0 for a step without a count
     */
    void report(String step, int done, int total);
}
