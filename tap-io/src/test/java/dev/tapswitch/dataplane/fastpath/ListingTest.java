package dev.tapswitch.dataplane.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.bpf.MapReference;
import org.junit.jupiter.api.Test;

/** The listings that `fast-path show` prints. The programs are not loaded. */
class ListingTest {
    private static final Maps MAPS = new Maps(
            new MapReference("stations", 3),
            new MapReference("ports", 4),
            new MapReference("counters", 5),
            new MapReference("control", 6));

    @Test
    void theProgramOfATapLooksItsPortUpAndRedirectsToItsHostEnd() {
        assertEquals("""
                   0: r6 = r1
                   1: r1 = *(u32 *)(r6 + 40)
                   2: r1 &= 65535
                   3: *(u32 *)(r10 - 4) = r1
                   4: r1 = map[ports]
                   6: r2 = r10
                   7: r2 += -4
                   8: call bpf_map_lookup_elem#1
                   9: if r0 == 0 goto drop
                  10: r1 = *(u32 *)(r0 + 8)
                  11: r2 = *(u32 *)(r6 + 40)
                  12: if r1 != r2 goto drop
                  13: r1 = *(u32 *)(r0 + 12)
                  14: r2 = 0
                  15: call bpf_redirect#23
                  16: exit
                drop:
                  17: r0 = 2
                  18: exit
                """, FromUserspace.code(MAPS).listing());
    }

    @Test
    void theListingOfAHostEndsProgramNamesItsLabelsAndMaps() {
        String listing = FromContainer.code(MAPS).listing();
        for (String label :
                new String[] {"ipv4", "ipv6", "resolution", "forward", "destination", "peer", "slow", "drop"}) {
            assertTrue(listing.contains("\n" + label + ":\n"), label);
        }
        assertTrue(listing.contains("= map[stations]") && listing.contains("= map[control][0] + 0"), listing);
        assertTrue(
                listing.contains("if r0 == 1544 goto resolution"), "1544 is 0x0806, ARP, in the byte order of a load");
        assertTrue(listing.contains("call bpf_redirect_peer#155"), listing);
    }
}
