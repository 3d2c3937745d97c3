package dev.tapswitch.benchmarks.e2e.report;

import java.util.Optional;

/**
 * What Tapswitch is to reach: a ratio of one figure of one system over the same, or another, of a reference; or, without a reference, a value.
 *
 * @param reference the system that it is compared with; null for a value
 * @param isAtLeast whether more is better; else it is to be that or less
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

    /** The ratio, round by round, or the value; empty where it was not measured. */
    public Optional<Statistics> reached(Results results) {
        return reference == null
                ? results.of(figure, system)
                : results.ratio(figure, system, referenceFigure, reference);
    }

    public boolean isMet(Statistics reached) {
        return meets(reached.median());
    }

    /** In words, and whether all rounds agree. */
    public String verdict(Statistics reached) {
        boolean allMet = meets(reached.least()) && meets(reached.most());
        boolean noneMet = !meets(reached.least()) && !meets(reached.most());
        if (isMet(reached)) return allMet ? "met" : "met, not in every round";
        return noneMet ? "not met" : "not met, in some rounds it was";
    }

    private boolean meets(double value) {
        return isAtLeast ? value >= wanted : value <= wanted;
    }

    /** For example {@code >= 0.97}. */
    public String wish() {
        return (isAtLeast ? ">= " : "<= ") + (wanted == Math.rint(wanted) ? Long.toString((long) wanted) : wanted);
    }
}
