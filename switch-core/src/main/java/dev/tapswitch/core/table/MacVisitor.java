package dev.tapswitch.core.table;

/** Takes one entry of a {@link MacTable}. */
@FunctionalInterface
public interface MacVisitor {
    void entry(long mac, int vlan, int port, boolean isStatic, long ageMs);
}
