package dev.tapswitch.control.log;

/** Numbers with singular or plural nouns. */
public final class Plural {
    private Plural() {}

    /** {@code 1 switch}, {@code 2 switches}. */
    public static String of(int count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
