package dev.tapswitch.core.bridge;

/**
 * The settings of a switch.
 *
 * @param ageingMs dynamic MAC and neighbour entries are removed if they were not refreshed for this time, milliseconds, at least 1,000
 * @param arpMode see {@link ArpMode}
 * @param macCapacity maximum number of dynamic MAC entries; can't be changed later
 * @param neighbourCapacity maximum number of dynamic neighbour entries; can't be changed later
 * @param unknownArpPerSecond ARP requests and solicitations for unknown targets that each port may flood per second; 0 for no limit
 * @param neighbourGuard whether a claim of another station's address is held until that station was probed
 * @param neighbourLimit maximum number of neighbour entries learned on one port; 0 for a fair share of the table
 */
public record SwitchSettings(
        long ageingMs,
        ArpMode arpMode,
        int macCapacity,
        int neighbourCapacity,
        int unknownArpPerSecond,
        boolean neighbourGuard,
        int neighbourLimit) {
    public static final SwitchSettings DEFAULT =
            new SwitchSettings(300_000, ArpMode.DIRECT, 65_536, 16_384, 1_000, true, 0);

    public SwitchSettings {
        if (ageingMs < 1_000) throw new IllegalArgumentException("ageing must be 1 s or more");
        if (macCapacity < 64 || macCapacity > 1 << 24)
            throw new IllegalArgumentException("MAC capacity must be 64 to 16777216");
        if (neighbourCapacity < 64 || neighbourCapacity > 1 << 22)
            throw new IllegalArgumentException("neighbour capacity must be 64 to 4194304");
        if (unknownArpPerSecond < 0) throw new IllegalArgumentException("ARP flood rate must be 0 or more");
        if (neighbourLimit < 0) throw new IllegalArgumentException("neighbour limit must be 0 or more");
    }

    /** These settings with another ARP mode. */
    public SwitchSettings with(ArpMode mode) {
        return new SwitchSettings(
                ageingMs, mode, macCapacity, neighbourCapacity, unknownArpPerSecond, neighbourGuard, neighbourLimit);
    }
}
