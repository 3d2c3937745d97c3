package dev.tapswitch.core.table;

/** Visits an entry of a {@link MacTable}. */
@FunctionalInterface
public interface MacVisitor {
    void entry(long mac, int vlan, int port, boolean isStatic, long ageMs);
}
