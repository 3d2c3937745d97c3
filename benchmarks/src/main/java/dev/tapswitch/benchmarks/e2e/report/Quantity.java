package dev.tapswitch.benchmarks.e2e.report;

import java.util.Locale;

/** Formats numbers with three significant digits. */
final class Quantity {
    private Quantity() {}

    static String of(double value) {
        double size = Math.abs(value);
        if (size >= 1e6) return digits(value / 1e6) + " M";
        if (size >= 10_000) return digits(value / 1e3) + " k";
        return digits(value);
    }

    static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String digits(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
