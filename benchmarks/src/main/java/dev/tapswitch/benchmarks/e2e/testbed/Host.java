package dev.tapswitch.benchmarks.e2e.testbed;

/**
 * A host on the switch: an interface in a namespace.
 *
 * @param number starts at 1; determines the MAC and IP addresses
 * @param mtu the interface's MTU
 * @param hasAddress false for an idle port, which never sends IP packets
 */
public record Host(int number, String namespace, String device, int mtu, boolean hasAddress) {
    /** 02:00:00:00 and the number; {@code frames.c} relies on it. */
    public String mac() {
        return "02:00:00:00:%02x:%02x".formatted(number >> 8, number & 0xff);
    }

    /** In 198.18.0.0/15, which RFC 2544 C.2.2 sets aside for benchmarks. */
    public String address() {
        return "198.18." + number / 250 + "." + (number % 250 + 1);
    }

    /** The address with its prefix length. */
    public String prefix() {
        return address() + "/15";
    }
}
