package dev.tapswitch.core.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    /** Many groups are zero, so that the text of many addresses is shortened. */
    @Provide
    static Arbitrary<IpAddress> addresses() {
        Arbitrary<Long> group =
                Arbitraries.oneOf(Arbitraries.just(0L), Arbitraries.longs().between(0, 0xFFFF));
        Arbitrary<Long> half =
                group.list().ofSize(4).map(groups -> groups.stream().reduce(0L, (high, low) -> high << 16 | low));
        Arbitrary<IpAddress> v4 = Arbitraries.longs().map(IpAddress::ofV4);
        return Arbitraries.oneOf(v4, Combinators.combine(half, half).as(IpAddress::new));
    }

    @Property
    void aPrintedAddressIsReadBack(@ForAll("addresses") IpAddress address) {
        assertEquals(address, IpAddress.parse(address.toString()));
    }

    @Property
    void bytesAreReadAsTheSameAddress(@ForAll("addresses") IpAddress address) {
        assertEquals(address, IpAddress.of(address.bytes()));
    }

    @Property
    void theJdkReadsAPrintedAddressAsTheSameBytes(@ForAll("addresses") IpAddress address) {
        assertArrayEquals(
                address.bytes(), InetAddress.ofLiteral(address.toString()).getAddress());
    }

    /** Section numbers of RFC 5952. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    2.1   | 2001:db8:0:0:1:0:0:1                   | 2001:db8::1:0:0:1
                    2.1   | 2001:0db8:0:0:1:0:0:1                  | 2001:db8::1:0:0:1
                    2.1   | 2001:db8::1:0:0:1                      | 2001:db8::1:0:0:1
                    2.1   | 2001:db8::0:1:0:0:1                    | 2001:db8::1:0:0:1
                    2.1   | 2001:0db8::1:0:0:1                     | 2001:db8::1:0:0:1
                    2.1   | 2001:db8:0:0:1::1                      | 2001:db8::1:0:0:1
                    2.1   | 2001:DB8:0:0:1::1                      | 2001:db8::1:0:0:1
                    2.2   | 2001:db8:aaaa:bbbb:cccc:dddd::1        | 2001:db8:aaaa:bbbb:cccc:dddd:0:1
                    2.2   | 2001:db8:aaaa:bbbb:cccc:dddd:0:1       | 2001:db8:aaaa:bbbb:cccc:dddd:0:1
                    2.3   | 2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA | 2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa
                    4.1   | 2001:0db8::0001                        | 2001:db8::1
                    4.2.1 | 2001:db8:0:0:0:0:2:1                   | 2001:db8::2:1
                    4.2.2 | 2001:db8:0:1:1:1:1:1                   | 2001:db8:0:1:1:1:1:1
                    4.2.3 | 2001:0:0:1:0:0:0:1                     | 2001:0:0:1::1
                    4.2.3 | 2001:db8:0:0:1:0:0:1                   | 2001:db8::1:0:0:1
                    5     | 64:ff9b::192.0.2.33                    | 64:ff9b::c000:221
                    5     | 0:0:0:0:0:0:0:0                        | ::
                    5     | 0:0:0:0:0:0:0:1                        | ::1
                    5     | fe80:0:0:0:0:0:0:0                     | fe80::
                    """)
    void ipv6IsPrintedAsRfc5952Recommends(String section, String text, String printed) {
        assertEquals(printed, IpAddress.parse(text).toString(), section);
    }

    @Test
    void ipv4IsHeldAsTheMappedAddressAndPrintedDotted() {
        IpAddress address = IpAddress.parse("198.18.0.1");
        assertEquals(new IpAddress(0, 0xFFFF_C612_0001L), address);
        assertTrue(address.isV4());
        assertEquals(32, address.bits());
        assertArrayEquals(new byte[] {(byte) 198, 18, 0, 1}, address.bytes());
        assertEquals("198.18.0.1", address.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "198.18.0",
                "198.18.0.256",
                "198.18.0.1.",
                "198.18.0.-1",
                "198.18.0.+1",
                "198.18.0.01",
                "198.18.0.٣",
                " 198.18.0.1",
                "0x7f.0.0.1",
                "example.org",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4::5:6:7:8",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "fd00::12345",
                "fd00::g",
                "fd00::+1",
                "fd00::1%eth0",
                "[fd00::1]",
                "fd00::1/64",
                "198.18.0.1::",
                "fd00:198.18.0.1::",
                "::198.18.0.1:1",
                "::198.18.0"
            })
    void anythingElseIsRefusedWithAMessageOfOneLine(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertEquals(
                "\"" + text + "\" is not an IP address; expected one such as 198.18.0.1 or fd00::1", e.getMessage());
    }

    @Test
    void theErrorForAnIpv4MappedAddressNamesTheAddressToWrite() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> IpAddress.parse("::ffff:198.18.0.1"));
        assertTrue(e.getMessage().endsWith("write 198.18.0.1"), e.getMessage());
    }

    @Test
    void eachFamilyHasAnUnspecifiedAddress() {
        assertTrue(IpAddress.parse("0.0.0.0").isAny());
        assertTrue(IpAddress.parse("::").isAny());
        assertFalse(IpAddress.parse("::1").isAny());
    }

    @Test
    void theNextAddressCarriesFromTheLowHalfToTheHighHalf() {
        assertEquals(
                IpAddress.parse("fd00:0:0:1::"),
                IpAddress.parse("fd00::ffff:ffff:ffff:ffff").next());
        assertFalse(IpAddress.parse("255.255.255.255").next().isV4());
    }
}
