package dev.tapswitch.core.net;

import java.util.regex.Pattern;

/**
 * An IP address with its prefix length: an interface's address (198.18.0.1/24), or a network if no bit beyond the length is set (198.18.0.0/24).
 *
 * @param length prefix length in bits: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record IpPrefix(IpAddress address, int length) {
    private static final Pattern LENGTH = Pattern.compile("\\d{1,3}");

    public IpPrefix {
        if (length < 0 || length > address.bits())
            throw new IllegalArgumentException("\"" + address + "/" + length
                    + "\" has a wrong prefix length; expected a number from 0 to " + address.bits());
    }

    /**
     * Parses an address with its prefix length, for example {@code 198.18.0.1/24}; the length is required.
     *
     * @throws IllegalArgumentException if the text is malformed; the message says what was expected
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "address \"" + text + "\" has no prefix length; expected it as in 198.18.0.1/24 or fd00::1/64");
        }
        IpAddress address = IpAddress.parse(text.substring(0, slash));
        String length = text.substring(slash + 1);
        if (!LENGTH.matcher(length).matches() || Integer.parseInt(length) > address.bits()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has a wrong prefix length; expected a number from 0 to " + address.bits());
        }
        return new IpPrefix(address, Integer.parseInt(length));
    }

    /**
     * Parses a network. An address without a length is a network that contains only this address.
     *
     * @throws IllegalArgumentException if the text is malformed, or if bits beyond the length are set; the message says what was expected
     */
    public static IpPrefix parseNetwork(String text) {
        IpPrefix prefix = text.indexOf('/') < 0 ? ofAddress(IpAddress.parse(text)) : parse(text);
        IpPrefix network = prefix.network();
        if (!network.equals(prefix)) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a network, it has bits set beyond its prefix length; did you mean " + network + "?");
        }
        return prefix;
    }

    /** The prefix that contains this address only. */
    public static IpPrefix ofAddress(IpAddress address) {
        return new IpPrefix(address, address.bits());
    }

    public boolean isV4() {
        return address.isV4();
    }

    /** The network of this prefix: the bits beyond the length are cleared. */
    public IpPrefix network() {
        return new IpPrefix(first(), length);
    }

    /** The lowest address of the network. */
    public IpAddress first() {
        return new IpAddress(address.hi() & maskHi(), address.lo() & maskLo());
    }

    /** The highest address of the network; in IPv4, the directed broadcast address. */
    public IpAddress last() {
        return new IpAddress(address.hi() | ~maskHi(), address.lo() | ~maskLo());
    }

    /** Whether the address is in the network; false if one is IPv4 and the other is IPv6. */
    public boolean contains(IpAddress other) {
        return isV4() == other.isV4()
                && ((address.hi() ^ other.hi()) & maskHi()) == 0
                && ((address.lo() ^ other.lo()) & maskLo()) == 0;
    }

    /** Whether the networks have an address in common. */
    public boolean overlaps(IpPrefix other) {
        return length <= other.length ? contains(other.address) : other.contains(address);
    }

    /**
     * Whether a host in the network may have the address. False for the first address (in IPv4 the network address, in IPv6 the subnet-router anycast
     * address) and for the IPv4 broadcast address. RFC 3021 allows both addresses of a /31.
     */
    public boolean isHost(IpAddress host) {
        if (!contains(host)) return false;
        if (address.bits() - length < 2) return true;
        return !host.equals(first()) && (!isV4() || !host.equals(last()));
    }

    /** The prefix length within the 16 bytes that {@link IpAddress} holds, where an IPv4 address begins at bit 96. */
    private int mappedLength() {
        return isV4() ? 96 + length : length;
    }

    private long maskHi() {
        return mask(Math.min(mappedLength(), 64));
    }

    private long maskLo() {
        return mask(Math.max(mappedLength() - 64, 0));
    }

    private static long mask(int ones) {
        return ones == 0 ? 0 : -1L << (64 - ones);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
