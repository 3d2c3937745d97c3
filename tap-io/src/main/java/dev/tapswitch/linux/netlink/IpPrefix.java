package dev.tapswitch.linux.netlink;

import dev.tapswitch.linux.sys.Linux;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address with its prefix length, as in 198.18.0.1/24. Read from literals only, never from a name server.
 *
 * @param address as Java holds it; {@link #bytes} are in network order
 * @param length bits, 0 to 32 or 128
 */
public record IpPrefix(InetAddress address, int length) {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,3}");

    /** An interface's address, which needs its length: "198.18.0.1/24". IllegalArgumentException says what was expected. */
    public static IpPrefix ofInterface(String text) {
        if (text.indexOf('/') < 0) {
            throw new IllegalArgumentException(
                    "address \"" + text + "\" has no prefix length; expected it as in 198.18.0.1/24 or fd00::1/64");
        }
        return parse(text);
    }

    /** A route's destination; one address when no length is given. IllegalArgumentException when bits beyond the length are set. */
    static IpPrefix ofNetwork(String text) {
        IpPrefix prefix = parse(text);
        IpPrefix network = prefix.network();
        if (!network.equals(prefix)) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a network, it has bits set beyond its prefix length; did you mean " + network + "?");
        }
        return prefix;
    }

    /** An address alone. */
    static InetAddress parseAddress(String text) {
        if (IPV4.matcher(text).matches() || IPV6.matcher(text).matches()) {
            try {
                InetAddress address = InetAddress.ofLiteral(text);
                // Java reads ::ffff:1.2.3.4 as IPv4, which no interface can have.
                if (text.indexOf(':') < 0 || !(address instanceof Inet4Address)) return address;
            } catch (IllegalArgumentException e) {
                throw notAnAddress(text, e);
            }
        }
        throw notAnAddress(text, null);
    }

    private static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = parseAddress(slash < 0 ? text : text.substring(0, slash));
        int longest = address.getAddress().length * Byte.SIZE;
        if (slash < 0) return new IpPrefix(address, longest);
        String length = text.substring(slash + 1);
        if (!LENGTH.matcher(length).matches() || Integer.parseInt(length) > longest) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has a wrong prefix length; expected a number from 0 to " + longest);
        }
        return new IpPrefix(address, Integer.parseInt(length));
    }

    private static IllegalArgumentException notAnAddress(String text, IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not an IP address; expected one such as 198.18.0.1 or fd00::1", cause);
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    /** AF_INET or AF_INET6. */
    int family() {
        return isIpv4() ? Linux.AF_INET : Linux.AF_INET6;
    }

    byte[] bytes() {
        return address.getAddress();
    }

    /** With the bits beyond the length cleared. */
    public IpPrefix network() {
        return new IpPrefix(ofBytes(beyondLength(false)), length);
    }

    /** The directed broadcast address: the bits beyond the length set. */
    byte[] broadcast() {
        return beyondLength(true);
    }

    private byte[] beyondLength(boolean set) {
        byte[] bytes = bytes();
        for (int bit = length; bit < bytes.length * Byte.SIZE; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            bytes[bit / Byte.SIZE] = (byte) (set ? bytes[bit / Byte.SIZE] | mask : bytes[bit / Byte.SIZE] & ~mask);
        }
        return bytes;
    }

    static InetAddress ofBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException("neither 4 nor 16 bytes", e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
