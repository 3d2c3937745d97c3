package dev.tapswitch.linux.tap;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.linux.netlink.IpRoute;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceName;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.sys.Tun;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.List;

/** The wanted properties of a TAP. Immutable; {@link Builder} checks that the kernel can create such a TAP. */
public final class TapSpec {
    /** Value of {@link #mac} if the kernel chooses the address. */
    public static final long ANY_MAC = -1;

    /** include/uapi/linux/if_ether.h ETH_MIN_MTU. */
    public static final int MIN_MTU = 68;

    /** drivers/net/tun.c: 65535 minus the Ethernet header. */
    public static final int MAX_MTU = 65521;

    /** RFC 8200 section 5. With a smaller MTU the kernel disables IPv6 on the interface. */
    private static final int MIN_IPV6_MTU = 1280;

    private final String device;
    private final Namespace namespace;
    private final int queues;
    private final int mtu;
    private final long mac;
    private final boolean offload;
    private final boolean up;
    private final boolean persistent;
    private final List<IpPrefix> addresses;
    private final List<IpRoute> routes;
    private final RateLimit sendLimit;
    private final RateLimit receiveLimit;
    private final boolean acceptRa;

    private TapSpec(Builder builder) {
        device = builder.device;
        namespace = builder.namespace;
        queues = builder.queues;
        mtu = builder.mtu;
        mac = builder.mac;
        offload = builder.offload;
        up = builder.up;
        persistent = builder.persistent;
        addresses = builder.addresses;
        routes = builder.routes;
        sendLimit = builder.sendLimit;
        receiveLimit = builder.receiveLimit;
        acceptRa = builder.acceptRa;
        checkedName(device);
        check(queues >= 1 && queues <= Tun.MAX_QUEUES, "a TAP has 1 to " + Tun.MAX_QUEUES + " queues, not " + queues);
        check(
                mtu >= MIN_MTU && mtu <= MAX_MTU,
                "mtu " + mtu + " is not possible; expected " + MIN_MTU + " to " + MAX_MTU);
        check(
                mac == ANY_MAC || isStation(mac),
                "mac " + MacAddress.format(mac) + " can't be an interface's address: it is "
                        + (mac == 0 ? "zero" : "a group address, its first byte is odd"));
        check(
                mtu >= MIN_IPV6_MTU || addresses.stream().allMatch(IpPrefix::isV4),
                "mtu " + mtu + " is too small for IPv6, which requires " + MIN_IPV6_MTU);
    }

    /** Begins a specification of a TAP that is up, with one queue, an MTU of 1500 bytes and offload, and without addresses, routes and limits. */
    public static Builder builder(String device, Namespace namespace) {
        return new Builder(device, namespace);
    }

    /** Begins a specification with the properties of this one. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The interface's name in its namespace, 1 to 15 bytes, as {@link DeviceName} writes it. */
    public String device() {
        return device;
    }

    /** The namespace in which the TAP is, or is to be created. */
    public Namespace namespace() {
        return namespace;
    }

    /** How many queues are opened, one per worker. */
    public int queues() {
        return queues;
    }

    /** Bytes. */
    public int mtu() {
        return mtu;
    }

    /** The interface's MAC address, in the low 48 bits, or {@link #ANY_MAC}. */
    public long mac() {
        return mac;
    }

    /** Whether TUNSETOFFLOAD offers checksum and segmentation offload. Frames have a virtio-net header in either case. */
    public boolean offload() {
        return offload;
    }

    /** Whether the link is set up. */
    public boolean up() {
        return up;
    }

    /** TUNSETPERSIST: whether the device outlives the daemon, which later re-attaches to it by name. */
    public boolean persistent() {
        return persistent;
    }

    public List<IpPrefix> addresses() {
        return addresses;
    }

    public List<IpRoute> routes() {
        return routes;
    }

    /** The limit of what the interface sends, that is, of what a worker reads. */
    public RateLimit sendLimit() {
        return sendLimit;
    }

    /** The limit of what the interface receives, that is, of what a worker writes. */
    public RateLimit receiveLimit() {
        return receiveLimit;
    }

    /** Whether the kernel takes routes and addresses from router advertisements; applies to the daemon's namespace only. */
    public boolean acceptRa() {
        return acceptRa;
    }

    /** {@code tap "web0" in namespace "lab-a"}, for error messages. */
    String name() {
        boolean isHost = namespace instanceof Namespace.Current;
        return "tap \"" + device + "\" " + (isHost ? "on the host" : "in namespace \"" + namespace + "\"");
    }

    /**
     * Returns the name if the kernel accepts it (net/core/dev.c dev_valid_name()) and the TUN driver does not expand it: % makes a name a template.
     *
     * @throws IllegalArgumentException if it does not; the message says what was expected
     */
    public static String checkedName(String device) {
        byte[] name = DeviceName.bytes(device);
        boolean good = name.length >= 1 && name.length < Linux.IFNAMSIZ && !device.equals(".") && !device.equals("..");
        for (byte each : name) good &= each != 0 && " \t\n\013\f\r/:%".indexOf(each) < 0;
        check(
                good,
                "\"" + DeviceName.text(name) + "\" can't name a device; expected 1 to " + (Linux.IFNAMSIZ - 1)
                        + " bytes without blanks, '/', ':' and '%'");
        // A name must be written as DeviceName prints it, so that a terminal does not interpret it and two names do not
        // look alike.
        String text = DeviceName.text(name);
        check(device.equals(text), "a device name with unprintable bytes must be written \"" + text + "\"");
        return device;
    }

    private static boolean isStation(long mac) {
        return mac > 0 && mac >>> 48 == 0 && !MacAddress.isMulticast(mac);
    }

    private static void check(boolean good, String complaint) {
        if (!good) throw new IllegalArgumentException(complaint);
    }

    /** Builds a {@link TapSpec}; its methods are described there. Not thread-safe. */
    public static final class Builder {
        private String device;
        private Namespace namespace;
        private int queues = 1;
        private int mtu = 1_500;
        private long mac = ANY_MAC;
        private boolean offload = true;
        private boolean up = true;
        private boolean persistent;
        private List<IpPrefix> addresses = List.of();
        private List<IpRoute> routes = List.of();
        private RateLimit sendLimit = RateLimit.NONE;
        private RateLimit receiveLimit = RateLimit.NONE;
        private boolean acceptRa;

        private Builder(String device, Namespace namespace) {
            this.device = device;
            this.namespace = namespace;
        }

        private Builder(TapSpec spec) {
            device = spec.device;
            namespace = spec.namespace;
            queues = spec.queues;
            mtu = spec.mtu;
            mac = spec.mac;
            offload = spec.offload;
            up = spec.up;
            persistent = spec.persistent;
            addresses = spec.addresses;
            routes = spec.routes;
            sendLimit = spec.sendLimit;
            receiveLimit = spec.receiveLimit;
            acceptRa = spec.acceptRa;
        }

        public Builder device(String device) {
            this.device = device;
            return this;
        }

        public Builder namespace(Namespace namespace) {
            this.namespace = namespace;
            return this;
        }

        public Builder queues(int queues) {
            this.queues = queues;
            return this;
        }

        public Builder mtu(int mtu) {
            this.mtu = mtu;
            return this;
        }

        public Builder mac(long mac) {
            this.mac = mac;
            return this;
        }

        public Builder offload(boolean offload) {
            this.offload = offload;
            return this;
        }

        public Builder up(boolean up) {
            this.up = up;
            return this;
        }

        public Builder persistent(boolean persistent) {
            this.persistent = persistent;
            return this;
        }

        /**
         * Replaces the addresses, each with its prefix length: "198.18.0.1/24", "fd00::1/64".
         *
         * @throws IllegalArgumentException if a text is not such an address
         */
        public Builder addresses(List<String> addresses) {
            this.addresses = addresses.stream().map(IpPrefix::parse).toList();
            return this;
        }

        /**
         * Replaces the routes: "default via 198.18.0.254", "10.0.0.0/8 via 198.18.0.254".
         *
         * @throws IllegalArgumentException if a text is not such a route
         */
        public Builder routes(List<String> routes) {
            this.routes = routes.stream().map(IpRoute::parse).toList();
            return this;
        }

        public Builder sendLimit(RateLimit sendLimit) {
            this.sendLimit = sendLimit;
            return this;
        }

        public Builder receiveLimit(RateLimit receiveLimit) {
            this.receiveLimit = receiveLimit;
            return this;
        }

        public Builder acceptRa(boolean acceptRa) {
            this.acceptRa = acceptRa;
            return this;
        }

        /**
         * Builds the specification.
         *
         * @throws IllegalArgumentException if there can be no such TAP; the message is one line and says what was expected
         */
        public TapSpec build() {
            return new TapSpec(this);
        }
    }
}
