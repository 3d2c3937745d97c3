package dev.tapswitch.control.schema;

import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.linux.netlink.IpRoute;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tap.TapSpec;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.List;
import java.util.Map;

/** The settings of a port. */
public final class PortSchema {
    /** The default learning limit of containers' ports: more MAC addresses than a container has in practice. */
    public static final int CONTAINER_LEARNING_LIMIT = 1_024;

    public static final Setting<Namespace> NAMESPACE = Setting.of(
                    "namespace",
                    new SettingType.Text<>("NS", Namespace::parse, Namespace::toString, false),
                    (Namespace) new Namespace.Current(),
                    "The network namespace of the interface: host, a NAME of 'ip netns', /PATH, or pid:N for a process; a later process with the same number does not count.")
            .ofIdentity()
            .notInLabs()
            .build();

    public static final Setting<String> DEVICE = Setting.of(
                    "device",
                    new SettingType.Text<>("NAME", TapSpec::checkedName, text -> text, false),
                    "",
                    "The interface's name in its namespace, 1 to 15 bytes.")
            .ofIdentity()
            .notInLabs()
            .defaultText("the port's name")
            .build();

    public static final Setting<PortKind> KIND = Setting.of(
                    "kind",
                    new SettingType.Choice<>(
                            Map.of("tap", PortKind.TAP, "veth", PortKind.VETH, "auto", PortKind.AUTO), "KIND"),
                    PortKind.TAP,
                    "The interface's type: tap, veth (a veth pair, between which the kernel forwards known unicast frames), or auto for veth where the kernel can do that, else tap.")
            .ofIdentity()
            .inDocker(PortKind.AUTO)
            .build();

    public static final Setting<Integer> MTU = Setting.of(
                    "mtu",
                    new SettingType.WholeNumber(TapSpec.MIN_MTU, TapSpec.MAX_MTU),
                    1_500,
                    "The interface's MTU, bytes. A larger frame to this port is dropped and counted.")
            .ofInterface()
            .build();

    public static final Setting<Long> MAC = Setting.of(
                    "mac",
                    new SettingType.Text<>("MAC", PortSchema::stationMac, PortSchema::macText, false),
                    TapSpec.ANY_MAC,
                    "The interface's MAC address.")
            .ofInterface()
            .defaultText("chosen by the kernel")
            .build();

    public static final Setting<List<String>> ADDRESSES = Setting.of(
                    "addresses",
                    new SettingType.Texts("ADDR/LEN", IpPrefix::parse),
                    List.<String>of(),
                    "IP addresses of the interface, each with its prefix length.")
            .ofInterface()
            .option("--address")
            .defaultText("none")
            .build();

    public static final Setting<List<String>> ROUTES = Setting.of(
                    "routes",
                    new SettingType.Texts("ROUTE", IpRoute::parse),
                    List.<String>of(),
                    "Routes over the interface: 'DESTINATION via GATEWAY', as 'default via 198.18.0.254'.")
            .ofInterface()
            .option("--route")
            .defaultText("none")
            .build();

    public static final Setting<Boolean> UP = Setting.of("up", new SettingType.Flag(), true, "Set the interface up.")
            .ofInterface()
            .build();

    public static final Setting<Boolean> OFFLOAD = Setting.of(
                    "offload",
                    new SettingType.Flag(),
                    true,
                    "Send super-frames and partial checksums to the interface. If false, the switch segments and completes them.")
            .build();

    public static final Setting<SuperFrames> SUPER_FRAMES = Setting.of(
                    "super-frames",
                    new SettingType.Choice<>(
                            Map.of("auto", SuperFrames.AUTO, "64k", SuperFrames.STANDARD, "256k", SuperFrames.LARGE),
                            "SIZE"),
                    SuperFrames.AUTO,
                    "The largest frames that TCP over IPv4 builds for a veth pair before it segments them: 64k, 256k, or auto for 256k if the kernel forwards for all ports of the switch.")
            .ofInterface()
            .inDocker()
            .build();

    public static final Setting<Boolean> PERSISTENT = Setting.of(
                    "persistent", new SettingType.Flag(), false, "Keep the interface when the daemon ends.")
            .ofInterface()
            .fixed()
            .notInLabs()
            .build();

    public static final Setting<Boolean> HAIRPIN = Setting.of(
                    "hairpin", new SettingType.Flag(), false, "Forward frames also to the port on which they arrived.")
            .build();

    public static final Setting<Boolean> ISOLATED = Setting.of(
                    "isolated", new SettingType.Flag(), false, "Forward no frames to or from other isolated ports.")
            .build();

    public static final Setting<Integer> LEARNING_LIMIT = Setting.of(
                    "learning-limit",
                    new SettingType.WholeNumber(0, 1 << 24),
                    0,
                    "The largest number of MAC addresses learned on this port; 0 for no limit.")
            .inDocker(CONTAINER_LEARNING_LIMIT)
            .build();

    public static final Setting<Boolean> DROP_BEYOND_LIMIT = Setting.of(
                    "beyond-limit",
                    new SettingType.Choice<>(Map.of("forward", false, "drop", true), "WHAT"),
                    false,
                    "What happens to frames from further addresses: forward (not learned) or drop.")
            .build();

    public static final Setting<RateLimit> SEND_LIMIT = Setting.of(
                    "send-limit",
                    new SettingType.Text<>("RATE", RateLimit::parse, RateLimit::toString, true),
                    RateLimit.NONE,
                    "The rate at which the interface may send, bits per second: 20M, or '20M burst 1M'; 0 for no limit.")
            .ofInterface()
            .build();

    public static final Setting<RateLimit> RECEIVE_LIMIT = Setting.of(
                    "receive-limit",
                    new SettingType.Text<>("RATE", RateLimit::parse, RateLimit::toString, true),
                    RateLimit.NONE,
                    "The rate at which the interface may receive, in the format of send-limit.")
            .ofInterface()
            .build();

    public static final Setting<Boolean> ACCEPT_RA = Setting.of(
                    "accept-ra",
                    new SettingType.Flag(),
                    false,
                    "Let the kernel accept routes and addresses from router advertisements that arrive on the interface; on the host only.")
            .ofInterface()
            .build();

    public static final Setting<Integer> MAC_SHARE = Setting.of(
                    "mac-share",
                    new SettingType.WholeNumber(0, 1 << 24),
                    0,
                    "The number of learned MAC addresses that this port keeps when the table is full; 0 for an equal part of mac-capacity.")
            .build();

    public static final Setting<Boolean> BIND_MAC = Setting.of(
                    "bind-mac",
                    new SettingType.Flag(),
                    false,
                    "Keep other ports from sending from the MAC address of this interface and from claiming its configured IP addresses. Interfaces on the host are always bound.")
            .build();

    /** All settings, in the order of the documentation. */
    public static final List<Setting<?>> ALL = List.of(
            NAMESPACE,
            DEVICE,
            KIND,
            MTU,
            MAC,
            ADDRESSES,
            ROUTES,
            UP,
            OFFLOAD,
            SUPER_FRAMES,
            PERSISTENT,
            HAIRPIN,
            ISOLATED,
            LEARNING_LIMIT,
            DROP_BEYOND_LIMIT,
            SEND_LIMIT,
            RECEIVE_LIMIT,
            ACCEPT_RA,
            MAC_SHARE,
            BIND_MAC);

    private PortSchema() {}

    /** The settings in the form that the forwarding decision uses. */
    public static PortSettings decision(String port, SettingValues values) {
        Namespace namespace = values.get(NAMESPACE);
        return PortSettings.of(port, values.get(MTU))
                .withOffload(values.get(OFFLOAD))
                .withHairpin(values.get(HAIRPIN))
                .withIsolation(values.get(ISOLATED))
                .withLearningLimit(values.get(LEARNING_LIMIT), values.get(DROP_BEYOND_LIMIT))
                .withStation(namespace instanceof Namespace.Current ? "" : namespace.toString());
    }

    /** The specification of its interface: of a TAP, or of the container's end of a veth pair. */
    public static TapSpec device(SettingValues values, int queues) {
        return TapSpec.builder(values.get(DEVICE), values.get(NAMESPACE))
                .queues(queues)
                .mtu(values.get(MTU))
                .mac(values.get(MAC))
                .offload(values.get(OFFLOAD))
                .up(values.get(UP))
                .persistent(values.get(PERSISTENT))
                .addresses(values.get(ADDRESSES))
                .routes(values.get(ROUTES))
                .sendLimit(values.get(SEND_LIMIT))
                .receiveLimit(values.get(RECEIVE_LIMIT))
                .acceptRa(values.get(ACCEPT_RA))
                .build();
    }

    /** Parses the MAC address of a station, which is neither a group address nor zero. */
    public static long stationMac(String text) {
        long mac = MacAddress.parse(text);
        if (mac != 0 && !MacAddress.isMulticast(mac)) return mac;
        throw new IllegalArgumentException(
                "\"" + text
                        + "\" is not the address of a station; expected one whose first byte is even, such as 02:00:00:00:00:01");
    }

    private static String macText(long mac) {
        return mac == TapSpec.ANY_MAC ? null : MacAddress.format(mac);
    }
}
