package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UplinkBridgesTest {
    private static final String HEAD =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
    private static final String DEFAULT = "br0\t00000000\tFE0012C6\t0003\t0\t0\t100\t00000000\t0\t0\t0";
    private static final String SUBNET = "br1\t000012C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0";
    /** 0.0.0.0/1, as VPN clients add it. */
    private static final String HALF = "tun0\t00000000\tFE0012C6\t0003\t0\t0\t0\t00000080\t0\t0\t0";

    private static final String ZEROS = "0".repeat(32);
    private static final String DEFAULT6 = ZEROS + " 00 " + ZEROS
            + " 00 fd0000000000000000000000000000fe 00000400 00000001 00000000 00000003      br2";
    private static final String SUBNET6 = "fd000000000000000000000000000000 40 " + ZEROS + " 00 " + ZEROS
            + " 00000100 00000001 00000000 00000001 br3";

    @Test
    void defaultRoutesOfBothFamiliesNameTheirDevices() {
        assertEquals(
                Set.of("br0", "br2"),
                UplinkBridges.defaultRouteDevices(List.of(HEAD, DEFAULT, SUBNET, HALF), List.of(DEFAULT6, SUBNET6)));
    }

    @Test
    void aTableThatIsEmptyOrCutOffNamesNone() {
        assertEquals(Set.of(), UplinkBridges.defaultRouteDevices(List.of(), List.of()));
        assertEquals(Set.of(), UplinkBridges.defaultRouteDevices(List.of("br0\t00000000"), List.of(ZEROS + " 00")));
    }
}
