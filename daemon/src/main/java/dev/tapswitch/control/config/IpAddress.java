package dev.tapswitch.control.config;

import dev.tapswitch.core.frame.AddressProbe;
import dev.tapswitch.core.net.IpText;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** An IPv4 or IPv6 address as the neighbour table holds it: two big-endian halves, IPv4 as the IPv4-mapped ::ffff:a.b.c.d. */
public record IpAddress(long hi, long lo) {
    private static final long V4_MAPPED = 0xFFFF_0000_0000L;

    /** IllegalArgumentException says what was expected. */
    public static IpAddress parse(String text) {
        byte[] bytes;
        try {
            bytes = InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an IP address; expected e.g. 198.18.0.1 or fd00::1", e);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length == 4) return new IpAddress(0, V4_MAPPED | Integer.toUnsignedLong(buffer.getInt()));
        return new IpAddress(buffer.getLong(), buffer.getLong());
    }

    /** The link-local IPv6 address that a station makes from its MAC (RFC 4291, appendix A). */
    public static IpAddress linkLocal(long mac) {
        return new IpAddress(AddressProbe.LINK_LOCAL, AddressProbe.interfaceIdentifier(mac));
    }

    public boolean isV4() {
        return hi == 0 && lo >>> 32 == 0xFFFF;
    }

    /** As RFC 5952 writes it. */
    @Override
    public String toString() {
        return IpText.format(hi, lo);
    }
}
