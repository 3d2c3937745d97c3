package dev.tapswitch.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
    @Test
    void anIpv4AddressHasItsBytesInNetworkOrder() {
        IpPrefix prefix = IpPrefix.ofInterface("198.18.0.1/24");
        assertTrue(prefix.isIpv4());
        assertEquals(24, prefix.length());
        assertArrayEquals(new byte[] {(byte) 198, 18, 0, 1}, prefix.bytes());
        assertArrayEquals(new byte[] {(byte) 198, 18, 0, (byte) 255}, prefix.broadcast());
    }

    @Test
    void anIpv6AddressMayBeShortened() {
        IpPrefix prefix = IpPrefix.ofInterface("fd00::1/64");
        assertFalse(prefix.isIpv4());
        assertEquals(16, prefix.bytes().length);
        assertEquals(prefix, IpPrefix.ofInterface("FD00:0:0:0:0:0:0:1/64"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "198.18.0.1",
                "198.18.0.1/33",
                "198.18.0.1/-1",
                "198.18.0.1/",
                "198.18.0/24",
                "198.18.0.256/24",
                "fd00::1/129",
                "fd00::1%eth0/64",
                "::ffff:198.18.0.1/96",
                "example.org/24",
                "1/24",
                ""
            })
    void anythingElseIsRefusedInOneLine(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> IpPrefix.ofInterface(text));
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void aNetworkWithBitsBeyondItsLengthIsRefusedWithTheOneThatWasMeant() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> IpPrefix.ofNetwork("10.1.2.3/8"));
        assertTrue(e.getMessage().contains("did you mean 10.0.0.0/8?"), e.getMessage());
    }
}
