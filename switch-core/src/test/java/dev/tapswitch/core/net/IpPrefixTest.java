package dev.tapswitch.core.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
    @Provide
    static Arbitrary<IpPrefix> prefixes() {
        return IpAddressTest.addresses()
                .flatMap(address ->
                        Arbitraries.integers().between(0, address.bits()).map(length -> new IpPrefix(address, length)));
    }

    @Provide
    static Arbitrary<IpAddress> addresses() {
        return IpAddressTest.addresses();
    }

    @Property
    void aPrintedPrefixIsReadBack(@ForAll("prefixes") IpPrefix prefix) {
        assertEquals(prefix, IpPrefix.parse(prefix.toString()));
    }

    @Property
    void aPrintedNetworkIsReadBack(@ForAll("prefixes") IpPrefix prefix) {
        assertEquals(prefix.network(), IpPrefix.parseNetwork(prefix.network().toString()));
        assertTrue(prefix.network().contains(prefix.address()));
    }

    /** The reference is arithmetic on numbers: first = number with the host bits cleared, last = first + 2^host - 1. */
    @Property
    void aNetworkContainsTheAddressesFromItsFirstToItsLast(
            @ForAll("prefixes") IpPrefix prefix, @ForAll("addresses") IpAddress address) {
        int host = prefix.address().bits() - prefix.length();
        BigInteger first = number(prefix.address()).shiftRight(host).shiftLeft(host);
        BigInteger last = first.add(BigInteger.ONE.shiftLeft(host)).subtract(BigInteger.ONE);
        assertEquals(first, number(prefix.first()));
        boolean isWithin = address.isV4() == prefix.isV4()
                && number(address).compareTo(first) >= 0
                && number(address).compareTo(last) <= 0;
        assertEquals(isWithin, prefix.contains(address));
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(1, address.bytes());
    }

    @Property
    void networksOverlapIfOneContainsTheOthersFirstAddress(
            @ForAll("prefixes") IpPrefix one, @ForAll("prefixes") IpPrefix other) {
        boolean expected = one.contains(other.first()) || other.contains(one.first());
        assertEquals(expected, one.overlaps(other));
        assertEquals(expected, other.overlaps(one));
    }

    @Test
    void overlapIsSymmetric() {
        IpPrefix small = IpPrefix.parse("10.77.3.0/24");
        IpPrefix large = IpPrefix.parse("10.77.0.0/16");
        assertTrue(small.overlaps(large) && large.overlaps(small));
        assertFalse(small.overlaps(IpPrefix.parse("10.77.4.0/24")));
        assertFalse(IpPrefix.parse("0.0.0.0/0").overlaps(IpPrefix.parse("::/0")));
    }

    @Test
    void theLastIpv4AddressIsTheBroadcastAddress() {
        assertEquals("198.18.0.255", IpPrefix.parse("198.18.0.1/24").last().toString());
    }

    @Test
    void networkAndBroadcastAddressAreNotHosts() {
        assertFalse(isHost("10.77.0.0/24", "10.77.0.0"));
        assertFalse(isHost("10.77.0.0/24", "10.77.0.255"));
        assertTrue(isHost("10.77.0.0/24", "10.77.0.254"));
        assertFalse(isHost("10.77.0.0/24", "10.77.1.1"));
        assertTrue(isHost("10.77.0.0/31", "10.77.0.0"));
        assertTrue(isHost("10.77.0.1/32", "10.77.0.1"));
        assertFalse(isHost("fd00::/64", "fd00::"));
        assertTrue(isHost("fd00::/64", "fd00::ffff:ffff:ffff:ffff"));
        assertFalse(isHost("fd00::/64", "10.77.0.1"));
    }

    private static boolean isHost(String network, String address) {
        return IpPrefix.parse(network).isHost(IpAddress.parse(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "198.18.0.1",
                "198.18.0.1/33",
                "198.18.0.1/-1",
                "198.18.0.1/+1",
                "198.18.0.1/",
                "198.18.0.1/24/8",
                "198.18.0/24",
                "198.18.0.256/24",
                "fd00::1/129",
                "fd00::1%eth0/64",
                "::ffff:198.18.0.1/96",
                "example.org/24",
                "1/24",
                ""
            })
    void anythingElseIsRefusedWithAMessageOfOneLine(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
        assertTrue(e.getMessage().contains("\"" + text.replaceFirst("/.*", "")), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    @Test
    void theErrorForANetworkWithHostBitsSuggestsTheNetwork() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> IpPrefix.parseNetwork("10.1.2.3/8"));
        assertTrue(e.getMessage().contains("did you mean 10.0.0.0/8?"), e.getMessage());
    }
}
