package dev.tapswitch.control.api;

import dev.tapswitch.control.http.Parts;
import dev.tapswitch.control.json.Json;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * JSON with an array that may be as long as a table, produced a few entries at a time. Entries that are added or removed meanwhile may or may not be
 * included. Control thread only.
 */
public final class Listing implements Parts {
    private static final int PART_LENGTH = 8_192;
    private static final int MAX_STEPS = 64;
    private static final int STEP_ENTRIES = 8;

    /** Produces the entries of an array, a few at a time. */
    @FunctionalInterface
    public interface Entries {
        /** Passes the next few entries to the visitor, or none; returns false after the last ones. */
        boolean next(Consumer<Json> visitor);
    }

    private final String before;
    private final Entries entries;
    private final Supplier<String> after;
    private boolean hasBegun;
    private boolean hasEntry;

    private Listing(String before, Entries entries, Supplier<String> after) {
        this.before = before;
        this.entries = entries;
        this.after = after;
    }

    /** An array. */
    public static Listing array(Entries entries) {
        return new Listing("[", entries, () -> "]");
    }

    /** An object with members, then the array, then the members of another object, which is created after the array is complete. */
    static Listing member(Json first, String name, Entries entries, Supplier<Json> last) {
        String open = first.toString();
        return new Listing(open.substring(0, open.length() - 1) + ",\"" + name + "\":[", entries, () -> {
            String close = last.get().toString();
            return (close.equals("{}") ? "]" : "],") + close.substring(1);
        });
    }

    /** An entry for each of the present values. {@code entry} returns null to leave a value out. */
    public static <T> Entries each(Collection<T> values, Function<T, Json> entry) {
        Iterator<T> left = List.copyOf(values).iterator();
        return visitor -> {
            for (int i = 0; i < STEP_ENTRIES && left.hasNext(); i++) {
                Json json = entry.apply(left.next());
                if (json != null) visitor.accept(json);
            }
            return left.hasNext();
        };
    }

    /** The entries of a table, from a walk that continues where it stopped. */
    static Entries walk(Walk walk) {
        return new Entries() {
            private int slot;

            @Override
            public boolean next(Consumer<Json> visitor) {
                slot = walk.from(slot, visitor);
                return slot >= 0;
            }
        };
    }

    /** A part of a walk over a table. */
    @FunctionalInterface
    interface Walk {
        /** Passes some entries to the visitor, starting at a slot. Returns the slot to continue with, or a negative number at the end. */
        int from(int slot, Consumer<Json> visitor);
    }

    @Override
    public boolean next(StringBuilder text) {
        if (!hasBegun) text.append(before);
        hasBegun = true;
        boolean isMore = true;
        for (int step = 0; isMore && step < MAX_STEPS && text.length() < PART_LENGTH; step++)
            isMore = entries.next(entry -> add(text, entry));
        if (!isMore) text.append(after.get()).append('\n');
        return isMore;
    }

    private void add(StringBuilder text, Json entry) {
        if (hasEntry) text.append(',');
        hasEntry = true;
        text.append(entry);
    }
}
