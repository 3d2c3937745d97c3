package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.DockerIsolation;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.DockerSchema;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.PortState;
import dev.tapswitch.control.switches.ProvidedSwitches;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.SwitchProvider;
import dev.tapswitch.control.switches.Undo;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.netlink.BridgePorts;
import dev.tapswitch.linux.netlink.LinkInfo;
import dev.tapswitch.linux.netlink.LinkMonitor;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.sys.DeviceException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * Docker's default network, that of containers which name none, on a switch: Docker makes a veth for each and puts it into its bridge, and we
 * take it over there. A TAP of the switch is the bridge's one port that is left, so that the host, Docker's rules and its proxies reach
 * containers as ever. Control thread only, where not said otherwise.
 *
 * <p>What is there is looked at whenever a link changes, and made what it should be: nothing has to be remembered, whoever was away meanwhile.
 */
final class DefaultBridge {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(LoggerFactory.getLogger(DefaultBridge.class));
    private static final int LONGEST_NAME = 15;
    /** From one look to the next, for changes come by the dozen: less than a container takes to start. */
    private static final long PAUSE_NANOS = 10_000_000;

    private final String name;
    private final String address;
    private final String tap;
    private final ControlService control;
    private final ProvidedSwitches provider;
    /** By name: the veths that are ports of the switch. */
    private final Map<String, LinkInfo> taken = new LinkedHashMap<>();

    private final AtomicBoolean isLookAsked = new AtomicBoolean();
    private RtNetlink netlink;
    private BridgePorts ports;
    private LinkMonitor events;
    private int mtu = PortSchema.MTU.defaultValue();
    /** The bridge's own; 0 while it is not known. */
    private long mac;
    /** The bridge's own, the containers' gateways. */
    private List<IpAddress> addresses = List.of();

    private boolean isIsolated;
    private boolean isUnfinished;
    private volatile boolean isClosed;

    private DefaultBridge(String name, String address, ControlService control) {
        this.name = name;
        this.address = address;
        this.control = control;
        String device = "tap-" + name;
        this.tap = device.substring(0, Math.min(device.length(), LONGEST_NAME));
        this.provider = new ProvidedSwitches(
                "Docker's default network",
                "remove docker.default-bridge from " + control.file() + " and restart the daemon",
                "stop its container, or disconnect it with 'docker network disconnect'");
        provider.put(config());
    }

    /** Empty where Docker's default network is left alone. */
    static Optional<DefaultBridge> of(SettingValues docker, ControlService control) {
        String bridge = docker.get(DockerSchema.DEFAULT_BRIDGE);
        if (bridge.isEmpty()) return Optional.empty();
        return Optional.of(new DefaultBridge(bridge, docker.get(DockerSchema.DEFAULT_BRIDGE_ADDRESS), control));
    }

    /** The source of this network's switch. */
    SwitchProvider provider() {
        return provider;
    }

    /** The switch as it is now: a port to the bridge, of the bridge's name, and one for each veth. */
    private SwitchConfig config() {
        Map<String, PortConfig> configs = new LinkedHashMap<>();
        configs.put(name, PortConfig.of(name).with(PortSchema.DEVICE, tap).with(PortSchema.MTU, mtu));
        for (LinkInfo veth : taken.values()) configs.put(veth.name(), config(veth));
        // The gateway's MAC is the bridge's, not that of our port to it.
        List<StaticMac> macs = mac == 0 ? List.of() : List.of(new StaticMac(mac, 0, name));
        return new SwitchConfig(name, SettingValues.DEFAULTS, configs, macs, mac == 0 ? List.of() : gateways());
    }

    private List<StaticNeighbour> gateways() {
        return addresses.stream().map(each -> new StaticNeighbour(each, mac)).toList();
    }

    private PortConfig config(LinkInfo veth) {
        return PortConfig.ofVeth(veth.name())
                .with(PortSchema.MTU, veth.mtu())
                .with(PortSchema.ISOLATED, isIsolated)
                .with(PortSchema.BIND_MAC, true)
                .with(PortSchema.LEARNING_LIMIT, PortSchema.CONTAINER_LEARNING_LIMIT)
                .with(PortSchema.DROP_BEYOND_LIMIT, true);
    }

    /** Once the switch runs: takes over what is there, and from now on what comes. IOException says why links can't be watched. */
    void start(Executor thread) throws IOException {
        try {
            netlink = new RtNetlink();
            ports = new BridgePorts(netlink);
            events = new LinkMonitor();
        } catch (DeviceException e) {
            throw new IOException("docker: default-bridge: " + e.getMessage(), e);
        }
        look();
        if (!isUnfinished) LOG.info("Docker's default network: bridge " + name + ", " + taken.size() + " containers");
        Thread.ofPlatform().name("links").daemon().start(() -> follow(thread));
    }

    /** Of a thread of its own: many changes at once lead to one look. */
    private void follow(Executor thread) {
        while (events.await()) {
            if (isLookAsked.compareAndSet(false, true)) thread.execute(this::look);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Tries again what failed. To be called every second. */
    void tick() {
        if (isUnfinished) look();
    }

    /** Makes the bridge and the switch what they should be. */
    private void look() {
        isLookAsked.set(false);
        if (isClosed) return;
        isUnfinished = true;
        try {
            List<LinkInfo> links = netlink.links();
            Optional<LinkInfo> bridge = find(links, name);
            if (bridge.isEmpty() && !address.isEmpty()) {
                IpPrefix prefix = IpPrefix.parse(address);
                ports.create(name, prefix, GeneratedMacs.ofIpv4(prefix.address()));
                LOG.info("bridge " + name + " made, with address " + address);
                return; // The news of it come next.
            }
            if (bridge.isPresent() && !bridge.get().kind().equals("bridge"))
                throw new DeviceException("there is a " + name + " that is no bridge");
            arrange(links, bridge);
            isUnfinished = false;
        } catch (DeviceException | RequestException e) {
            LOG.warn("docker: default-bridge " + name + ": " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("docker: default-bridge " + name + ": " + e);
        }
    }

    private void arrange(List<LinkInfo> links, Optional<LinkInfo> found) throws DeviceException, RequestException {
        int bridge = found.map(LinkInfo::index).orElse(-1);
        Map<String, LinkInfo> there = new LinkedHashMap<>();
        for (LinkInfo link : links) {
            if (bridge >= 0 && link.master() == bridge && link.kind().equals("veth")) there.put(link.name(), link);
        }
        List<IpAddress> addressesNow = bridge < 0 ? addresses : addressesOf(bridge);
        forgetGone(there, found.map(LinkInfo::mac).orElse(mac), addressesNow);
        Optional<LinkInfo> toBridge = find(links, tap);
        // Before the host can reach them by the switch, containers stay where they are.
        if (bridge < 0 || toBridge.isEmpty()) return;
        if (toBridge.get().master() != bridge) ports.setMaster(toBridge.get().index(), bridge);
        for (LinkInfo veth : there.values()) {
            if (isServed(veth) && !veth.isShut()) ports.shut(veth.index());
        }
        takeOver(there.values().stream()
                .filter(veth -> !taken.containsKey(veth.name()))
                .toList());
    }

    private List<IpAddress> addressesOf(int bridge) throws DeviceException {
        return netlink.addresses(bridge).stream().distinct().toList();
    }

    /**
     * Ports of veths that went, or that are others of the same name, go; the port to the bridge takes what the largest may send, and has the
     * bridge's MAC and addresses bound to it.
     */
    private void forgetGone(Map<String, LinkInfo> there, long macNow, List<IpAddress> addressesNow)
            throws RequestException {
        boolean changes = taken.values().removeIf(veth -> {
            LinkInfo now = there.get(veth.name());
            return now == null || now.index() != veth.index();
        });
        int most = there.values().stream().mapToInt(LinkInfo::mtu).max().orElse(mtu);
        changes |= most != mtu || macNow != mac || !addressesNow.equals(addresses);
        mtu = most;
        mac = macNow;
        addresses = addressesNow;
        if (changes) control.provide(provider, config());
    }

    private void takeOver(List<LinkInfo> coming) throws RequestException {
        if (coming.isEmpty()) return;
        isIsolated = DockerIsolation.isOn(name);
        take(coming);
        // Until now they were behind the bridge.
        RunningPort toBridge = control.requirePort(name, name);
        control.requireSwitch(name).learning().macTable().flushPort(toBridge.index(), false);
    }

    /** Together for the sake of speed; one by one where one of them fails, as it does when its container has ended meanwhile. */
    private void take(List<LinkInfo> coming) throws RequestException {
        try (Undo undo = new Undo()) {
            undo.add("the new ports of " + name, () -> coming.forEach(veth -> taken.remove(veth.name())));
            coming.forEach(veth -> taken.put(veth.name(), veth));
            control.provide(provider, config());
            undo.commit();
        } catch (RequestException e) {
            if (coming.size() == 1) throw e;
            LOG.warn("docker: default-bridge " + name + ": " + e.getMessage());
            takeOneByOne(coming);
        }
    }

    /** One that can't be taken does not keep out the others; it is tried again. */
    private void takeOneByOne(List<LinkInfo> coming) throws RequestException {
        RequestException last = null;
        for (LinkInfo veth : coming) {
            try {
                take(List.of(veth));
            } catch (RequestException e) {
                last = e;
            }
        }
        if (last != null) throw last;
    }

    private boolean isServed(LinkInfo veth) throws RequestException {
        return taken.containsKey(veth.name())
                && control.requirePort(name, veth.name()).state() != PortState.GONE;
    }

    /** Looks no more; the bridge stays as it is. Any thread. */
    void release() {
        isClosed = true;
        if (events != null) events.close();
    }

    /** The bridge has no use of our port any more, and is to forget what it knows behind it: its own ports come back. Any thread. */
    void close() {
        isClosed = true;
        if (events == null) return;
        events.close();
        try (RtNetlink links = new RtNetlink()) {
            Optional<LinkInfo> toBridge = find(links.links(), tap);
            if (toBridge.isPresent())
                new BridgePorts(links).setMaster(toBridge.get().index(), 0);
        } catch (DeviceException e) {
            LOG.warn("docker: default-bridge " + name + ": " + e.getMessage());
        }
    }

    private static Optional<LinkInfo> find(List<LinkInfo> links, String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }
}
