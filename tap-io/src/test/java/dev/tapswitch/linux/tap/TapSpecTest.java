package dev.tapswitch.linux.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TapSpecTest {
    private static final Namespace HOST = new Namespace.Current();

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-bytes-xx", "a b", "a/b", "a:b", "tap%d", ".", ".."})
    void aNameThatTheKernelRefusesOrExpandsIsRefused(String device) {
        assertRefused("can't name a device", spec -> spec.device(device));
    }

    @Test
    void aNameWithUnprintableBytesMustBeEscaped() {
        assertRefused("must be written \"a\\x1b\"", spec -> spec.device("a\u001b"));
        assertEquals("a\\x1b", TapSpec.checkedName("a\\x1b"));
    }

    @Test
    void theMtuIsInTheRangeOfATap() {
        assertRefused("68 to 65521", spec -> spec.mtu(67));
        assertRefused("68 to 65521", spec -> spec.mtu(65_522));
        assertEquals(65_521, web().mtu(65_521).build().mtu());
    }

    @Test
    void anMtuThatDisablesIpv6IsRefusedWithAnIpv6Address() {
        assertRefused("1280", spec -> spec.mtu(1279).addresses(List.of("fd00::1/64")));
        assertEquals(
                1279,
                web().mtu(1279).addresses(List.of("198.18.0.1/24")).build().mtu());
    }

    @Test
    void theNumberOfQueuesIsInTheRangeOfATap() {
        assertRefused("1 to 256", spec -> spec.queues(0));
        assertRefused("1 to 256", spec -> spec.queues(257));
    }

    @Test
    void aZeroMacOrAGroupAddressIsRefused() {
        assertRefused("zero", spec -> spec.mac(0));
        assertRefused("group", spec -> spec.mac(0x01_00_00_00_00_01L));
    }

    @Test
    void theNameInErrorsSaysWhereTheTapIs() {
        assertEquals("tap \"web0\" on the host", web().build().name());
        assertEquals(
                "tap \"web0\" in namespace \"lab-a\"",
                web().namespace(new Namespace.Named("lab-a")).build().name());
    }

    @Test
    void aBuilderKeepsWhatIsNotChanged() {
        TapSpec spec = web().queues(3)
                .mtu(9_000)
                .mac(0x02_00_00_00_00_17L)
                .offload(false)
                .up(false)
                .persistent(true)
                .addresses(List.of("198.18.0.1/24"))
                .routes(List.of("default via 198.18.0.254"))
                .sendLimit(RateLimit.parse("1M"))
                .receiveLimit(RateLimit.parse("2M"))
                .acceptRa(true)
                .build();
        TapSpec copy = spec.toBuilder().device("eth0").build();
        assertEquals("eth0", copy.device());
        assertEquals(HOST, copy.namespace());
        assertEquals(3, copy.queues());
        assertTrue(new LinkChange(spec, copy).isEmpty());
        assertEquals(
                List.of(spec.offload(), spec.up(), spec.persistent(), spec.acceptRa()),
                List.of(copy.offload(), copy.up(), copy.persistent(), copy.acceptRa()));
    }

    private static TapSpec.Builder web() {
        return TapSpec.builder("web0", HOST);
    }

    private static void assertRefused(String part, UnaryOperator<TapSpec.Builder> change) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> change.apply(web()).build());
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
}
