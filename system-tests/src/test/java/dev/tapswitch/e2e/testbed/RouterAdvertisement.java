package dev.tapswitch.e2e.testbed;

import java.net.InetAddress;
import java.util.HexFormat;

/** Builds router advertisements (RFC 4861 4.2) as a rogue router sends them. */
public final class RouterAdvertisement {
    private static final String ALL_NODES = "ff02::1";
    private static final int ICMPV6 = 58;

    private RouterAdvertisement() {}

    /** Advertises a default route for 30 minutes and a /64 prefix for address autoconfiguration. */
    public static byte[] frame(String router, String prefix) {
        String body = "40 00 0708 00000000 00000000" // hop limit, flags, lifetime, reachable, retransmission
                + "03 04 40 c0 00015180 00003840 00000000" + address(prefix) // prefix information: on-link, autonomous
                + "01 01 02 00 00 66 0b ad"; // source link-layer address
        byte[] unsummed = Frames.bytes("86 00 0000", body);
        byte[] pseudo = Frames.bytes(
                address(router), address(ALL_NODES), "%08x".formatted(unsummed.length), "%08x".formatted(ICMPV6));
        int sum = Frames.checksum(pseudo, unsummed);
        return Frames.bytes(
                "33 33 00 00 00 01",
                "02 00 00 66 0b ad",
                "86dd 60000000",
                "%04x".formatted(unsummed.length),
                "%02x ff".formatted(ICMPV6),
                address(router),
                address(ALL_NODES),
                "86 00",
                "%04x".formatted(sum),
                body);
    }

    private static String address(String text) {
        return HexFormat.of().formatHex(InetAddress.ofLiteral(text).getAddress());
    }
}
