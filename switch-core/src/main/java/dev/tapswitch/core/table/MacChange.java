package dev.tapswitch.core.table;

/**
 * A change that a {@link MacFeed} reports.
 *
 * @param event what happened
 * @param mac in the low 48 bits; 0 for RESYNC, as all of the following
 * @param vlan 0 for none
 * @param eventPort the port at the time of the event: the new one for LEARNED, MOVED and ADDED, the last one for removals
 * @param port the port of the entry that the table holds now, when the reader takes the change; {@link MacTable#MISS} if it holds none
 * @param isStatic whether the entry that the table holds now is static
 */
public record MacChange(MacEvent event, long mac, int vlan, int eventPort, int port, boolean isStatic) {
    static final MacChange RESYNC = new MacChange(MacEvent.RESYNC, 0, 0, MacTable.MISS, MacTable.MISS, false);

    /** Whether the table holds an entry for {@link #mac} and {@link #vlan} now. */
    public boolean isPresent() {
        return port != MacTable.MISS;
    }
}
