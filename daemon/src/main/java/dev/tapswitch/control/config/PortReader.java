package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.linux.tap.TapSpec;
import java.util.function.BiConsumer;

/** Reads the settings of a port from a file or a request. */
final class PortReader {
    private static final int MIN_MTU_FOR_IPV6 = 1_280;

    private PortReader() {}

    /** A copy of {@code base} with the settings in the mapping. */
    static PortConfig read(YamlMapping port, PortConfig base) {
        var read = new PortConfig(
                base.name(), base.source(), port.settings(PortSchema.ALL, base.values()), base.movedFrom());
        port.reportUnknownKeys();
        check(read, port::problem);
        return read;
    }

    /** Checks what the types of single settings cannot check. {@code problem} receives the key of a setting and the problem. */
    static void check(PortConfig port, BiConsumer<String, String> problem) {
        checkDevice(port, problem);
        if (port.get(PortSchema.KIND) == PortKind.VETH && port.get(PortSchema.PERSISTENT)) {
            problem.accept(
                    PortSchema.KIND.key(),
                    "\"veth\" can't outlive the daemon; expected tap or auto, or persistent: false");
        }
        boolean usesIpv6 = port.get(PortSchema.ADDRESSES).stream().anyMatch(address -> address.contains(":"));
        int mtu = port.get(PortSchema.MTU);
        if (usesIpv6 && mtu < MIN_MTU_FOR_IPV6) {
            problem.accept(
                    PortSchema.MTU.key(),
                    mtu + " is too small for the port's IPv6 address; expected " + MIN_MTU_FOR_IPV6
                            + " or more (RFC 8200 5)");
        }
    }

    private static void checkDevice(PortConfig port, BiConsumer<String, String> problem) {
        try {
            TapSpec.checkedName(port.device());
        } catch (IllegalArgumentException e) {
            boolean isDefault = port.device().equals(port.name());
            problem.accept(
                    PortSchema.DEVICE.key(),
                    (isDefault ? "is not set, and the port's name can't be its default: " : "") + e.getMessage());
        }
    }
}
