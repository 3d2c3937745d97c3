package dev.tapswitch.core.table;

/**
 * Receives an entry of a {@link MacTable}: {@code mac} is in the low 48 bits, {@code vlan} is 0 for none, {@code ageMs} is the time since the entry
 * was last refreshed.
 */
@FunctionalInterface
public interface MacVisitor {
    void entry(long mac, int vlan, int port, boolean isStatic, long ageMs);
}
