package dev.tapswitch.benchmarks.e2e.report;

import java.util.Optional;

/**
 * A target for Tapswitch: the ratio of a result to the same or another result of a reference system, or an absolute value if there is no reference.
 *
 * @param reference the system to compare with; null for an absolute value
 * @param isAtLeast whether the target is a minimum; otherwise it is a maximum
 */
public record Target(
        String what,
        Figure figure,
        String system,
        Figure referenceFigure,
        String reference,
        double wanted,
        boolean isAtLeast) {

    static Target atLeast(String what, Figure figure, String system, String reference, double ratio) {
        return new Target(what, figure, system, figure, reference, ratio, true);
    }

    static Target atMost(String what, Figure figure, String system, String reference, double ratio) {
        return new Target(what, figure, system, figure, reference, ratio, false);
    }

    /** The ratio per round, or the value; empty if it was not measured. */
    public Optional<Statistics> reached(Results results) {
        return reference == null
                ? results.of(figure, system)
                : results.ratio(figure, system, referenceFigure, reference);
    }

    /** Whether the median meets the target. */
    public boolean isMet(Statistics reached) {
        return meets(reached.median());
    }

    /** The verdict in words, and whether all rounds agree. */
    public String verdict(Statistics reached) {
        boolean allMet = meets(reached.min()) && meets(reached.max());
        boolean noneMet = !meets(reached.min()) && !meets(reached.max());
        if (isMet(reached)) return allMet ? "met" : "met, not in every round";
        return noneMet ? "not met" : "not met, in some rounds it was";
    }

    private boolean meets(double value) {
        return isAtLeast ? value >= wanted : value <= wanted;
    }

    /** The condition as text, such as {@code >= 0.97}. */
    public String condition() {
        return (isAtLeast ? ">= " : "<= ") + (wanted == Math.rint(wanted) ? Long.toString((long) wanted) : wanted);
    }
}
