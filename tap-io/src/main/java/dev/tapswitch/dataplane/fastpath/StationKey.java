package dev.tapswitch.dataplane.fastpath;

/**
 * A station of a switch.
 *
 * @param mac in the low 48 bits
 * @param vlan VID of the frame's outer tag; 0 for none, as in the MAC table
 * @param switchId the number of the switch in the maps
 */
public record StationKey(long mac, int vlan, int switchId) {
    private static final long GROUP = 1L << 40;
    private static final int MAX_VLAN = 4_095;

    public StationKey {
        if (mac >>> 48 != 0 || mac == 0 || (mac & GROUP) != 0) {
            throw new IllegalArgumentException("no station has the MAC " + Long.toHexString(mac));
        }
        if (vlan < 0 || vlan > MAX_VLAN) throw new IllegalArgumentException("vlan " + vlan);
    }
}
