package dev.tapswitch.containers.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AddressBlockTest {
    private static boolean isForHosts(String block, String address) {
        return AddressBlock.parse(block).isForHosts(AddressBlock.number(address));
    }

    @Test
    void bitsBeyondTheLengthAreCleared() {
        assertEquals("10.77.0.0/24", AddressBlock.parse("10.77.0.9/24").toString());
        assertEquals("fd00:0:0:0:0:0:0:0/64", AddressBlock.parse("fd00::9/64").toString());
        assertThrows(IllegalArgumentException.class, () -> AddressBlock.parse("10.77.0.0"));
        assertThrows(IllegalArgumentException.class, () -> AddressBlock.parse("10.77.0.0/33"));
    }

    @Test
    void networkAndBroadcastAddressAreNoHosts() {
        assertFalse(isForHosts("10.77.0.0/24", "10.77.0.0"));
        assertFalse(isForHosts("10.77.0.0/24", "10.77.0.255"));
        assertTrue(isForHosts("10.77.0.0/24", "10.77.0.254"));
        assertFalse(isForHosts("10.77.0.0/24", "10.77.1.1"));
        assertTrue(isForHosts("10.77.0.0/31", "10.77.0.0"));
        assertTrue(isForHosts("fd00::/64", "fd00::ffff:ffff:ffff:ffff"));
    }

    @Test
    void overlapIsSeenBothWays() {
        AddressBlock small = AddressBlock.parse("10.77.3.0/24");
        AddressBlock large = AddressBlock.parse("10.77.0.0/16");
        assertTrue(small.overlaps(large) && large.overlaps(small));
        assertFalse(small.overlaps(AddressBlock.parse("10.77.4.0/24")));
    }
}
