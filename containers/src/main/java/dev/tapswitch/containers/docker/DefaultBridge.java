package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.DockerIsolation;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.log.Plural;
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
 * Docker's default network on a switch. Docker creates a veth for each container and adds it to its bridge; the switch then takes over the veth.
 * The bridge keeps one port, a TAP of the switch, so that the host, Docker's rules and its proxies reach the containers as before. Must be used on
 * the control thread, except for methods that say otherwise.
 *
 * <p>Whenever a link changes, a resync compares the bridge with the switch and reconciles them. No state has to be saved.
 */
final class DefaultBridge {
    private static final RateLimitedLogger LOG = new RateLimitedLogger(LoggerFactory.getLogger(DefaultBridge.class));
    private static final int MAX_NAME = 15;
    /** The pause after a resync, because links change in groups. Shorter than the start of a container. */
    private static final long PAUSE_NANOS = 10_000_000;

    private final String name;
    private final String address;
    private final String tap;
    private final ControlService control;
    private final ProvidedSwitches provider;
    /** The veths that are ports of the switch, by name. */
    private final Map<String, LinkInfo> ownVeths = new LinkedHashMap<>();

    private final AtomicBoolean isResyncPending = new AtomicBoolean();
    private RtNetlink netlink;
    private BridgePorts ports;
    private LinkMonitor monitor;
    private int mtu = PortSchema.MTU.defaultValue();
    /** The MAC address of the bridge; 0 if it is not known yet. */
    private long mac;
    /** The addresses of the bridge, which are the gateways of the containers. */
    private List<IpAddress> addresses = List.of();

    private boolean isIsolated;
    /** Whether the last resync has failed or is still to be continued. */
    private boolean isIncomplete;

    private volatile boolean isClosed;

    private DefaultBridge(String name, String address, ControlService control) {
        this.name = name;
        this.address = address;
        this.control = control;
        String device = "tap-" + name;
        this.tap = device.substring(0, Math.min(device.length(), MAX_NAME));
        this.provider = new ProvidedSwitches(
                "Docker's default network",
                "remove docker.default-bridge from " + control.file() + " and restart the daemon",
                "stop its container, or disconnect it with 'docker network disconnect'");
        provider.put(config());
    }

    /** Creates it from the configuration; empty if that does not include Docker's default network. */
    static Optional<DefaultBridge> of(SettingValues docker, ControlService control) {
        String bridge = docker.get(DockerSchema.DEFAULT_BRIDGE);
        if (bridge.isEmpty()) return Optional.empty();
        return Optional.of(new DefaultBridge(bridge, docker.get(DockerSchema.DEFAULT_BRIDGE_ADDRESS), control));
    }

    /** The source of this network's switch. */
    SwitchProvider provider() {
        return provider;
    }

    /** The configuration of the switch: a port to the bridge, with the name of the bridge, and one for each veth. */
    private SwitchConfig config() {
        Map<String, PortConfig> configs = new LinkedHashMap<>();
        configs.put(name, PortConfig.of(name).with(PortSchema.DEVICE, tap).with(PortSchema.MTU, mtu));
        for (LinkInfo veth : ownVeths.values()) configs.put(veth.name(), config(veth));
        // The gateway has the MAC address of the bridge, not of the TAP.
        List<StaticMac> macs = mac == 0 ? List.of() : List.of(new StaticMac(mac, 0, name));
        return new SwitchConfig(name, SettingValues.DEFAULTS, configs, macs, mac == 0 ? List.of() : gateways());
    }

    private List<StaticNeighbour> gateways() {
        return addresses.stream()
                .map(address -> new StaticNeighbour(address, mac))
                .toList();
    }

    private PortConfig config(LinkInfo veth) {
        return PortConfig.ofVeth(veth.name())
                .with(PortSchema.MTU, veth.mtu())
                .with(PortSchema.ISOLATED, isIsolated)
                .with(PortSchema.BIND_MAC, true)
                .with(PortSchema.LEARNING_LIMIT, PortSchema.CONTAINER_LEARNING_LIMIT)
                .with(PortSchema.DROP_BEYOND_LIMIT, true);
    }

    /** Takes over the existing veths, and from now on new ones. The switch must be running. IOException says why links cannot be watched. */
    void start(Executor thread) throws IOException {
        try {
            netlink = new RtNetlink();
            ports = new BridgePorts(netlink);
            monitor = new LinkMonitor();
        } catch (DeviceException e) {
            throw new IOException("docker: default-bridge: " + e.getMessage(), e);
        }
        resync();
        if (!isIncomplete)
            LOG.info("Docker's default network: bridge " + name + ", "
                    + Plural.of(ownVeths.size(), "container", "containers"));
        Thread.ofPlatform().name("links").daemon().start(() -> follow(thread));
    }

    /** Runs on a dedicated thread. Changes that arrive together lead to one resync. */
    private void follow(Executor thread) {
        while (monitor.await()) {
            if (isResyncPending.compareAndSet(false, true)) thread.execute(this::resync);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Retries a resync that has failed. Must be called every second. */
    void tick() {
        if (isIncomplete) resync();
    }

    /** Reconciles the switch with the bridge. */
    private void resync() {
        isResyncPending.set(false);
        if (isClosed) return;
        isIncomplete = true;
        try {
            List<LinkInfo> links = netlink.links();
            Optional<LinkInfo> bridge = find(links, name);
            if (bridge.isEmpty() && !address.isEmpty()) {
                IpPrefix prefix = IpPrefix.parse(address);
                ports.create(name, prefix, GeneratedMacs.ofIpv4(prefix.address()));
                LOG.info("bridge " + name + " is created with address " + address);
                return; // The notification of the new link leads to the next resync.
            }
            if (bridge.isPresent() && !bridge.get().kind().equals("bridge"))
                throw new DeviceException("interface " + name + " is not a bridge");
            reconcile(links, bridge);
            isIncomplete = false;
        } catch (DeviceException | RequestException e) {
            LOG.warn("docker: default-bridge " + name + ": " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("docker: default-bridge " + name + ": " + e);
        }
    }

    private void reconcile(List<LinkInfo> links, Optional<LinkInfo> found) throws DeviceException, RequestException {
        int bridge = found.map(LinkInfo::index).orElse(-1);
        Map<String, LinkInfo> veths = new LinkedHashMap<>();
        for (LinkInfo link : links) {
            if (bridge >= 0 && link.master() == bridge && link.kind().equals("veth")) veths.put(link.name(), link);
        }
        List<IpAddress> addressesNow = bridge < 0 ? addresses : addressesOf(bridge);
        removeGone(veths, found.map(LinkInfo::mac).orElse(mac), addressesNow);
        Optional<LinkInfo> toBridge = find(links, tap);
        // Until the host reaches the switch by the TAP, containers stay on the bridge.
        if (bridge < 0 || toBridge.isEmpty()) return;
        if (toBridge.get().master() != bridge) ports.setMaster(toBridge.get().index(), bridge);
        for (LinkInfo veth : veths.values()) {
            if (isServed(veth) && !veth.isShut()) ports.shut(veth.index());
        }
        takeOver(veths.values().stream()
                .filter(veth -> !ownVeths.containsKey(veth.name()))
                .toList());
    }

    private List<IpAddress> addressesOf(int bridge) throws DeviceException {
        return netlink.addresses(bridge).stream().distinct().toList();
    }

    /**
     * Removes the ports of veths that are gone or were replaced by others of the same name. Updates the port to the bridge: its MTU is that of the
     * largest veth, and the MAC address and addresses of the bridge are bound to it.
     */
    private void removeGone(Map<String, LinkInfo> veths, long macNow, List<IpAddress> addressesNow)
            throws RequestException {
        boolean changes = ownVeths.values().removeIf(veth -> {
            LinkInfo now = veths.get(veth.name());
            return now == null || now.index() != veth.index();
        });
        int maxMtu = veths.values().stream().mapToInt(LinkInfo::mtu).max().orElse(mtu);
        changes |= maxMtu != mtu || macNow != mac || !addressesNow.equals(addresses);
        mtu = maxMtu;
        mac = macNow;
        addresses = addressesNow;
        if (changes) control.provide(provider, config());
    }

    private void takeOver(List<LinkInfo> veths) throws RequestException {
        if (veths.isEmpty()) return;
        isIsolated = DockerIsolation.isOn(name);
        addPorts(veths);
        // Until now the switch has learned the containers' MACs on the port to the bridge.
        RunningPort toBridge = control.requirePort(name, name);
        control.requireSwitch(name).learning().macTable().flushPort(toBridge.index(), false);
    }

    /** Adds all ports in one change, which is fast. If one of them fails, for example because its container has ended, adds them one by one. */
    private void addPorts(List<LinkInfo> veths) throws RequestException {
        try (Undo undo = new Undo()) {
            undo.add("the new ports of " + name, () -> veths.forEach(veth -> ownVeths.remove(veth.name())));
            veths.forEach(veth -> ownVeths.put(veth.name(), veth));
            control.provide(provider, config());
            undo.commit();
        } catch (RequestException e) {
            if (veths.size() == 1) throw e;
            LOG.warn("docker: default-bridge " + name + ": " + e.getMessage());
            addOneByOne(veths);
        }
    }

    /** Adds all ports that can be added. The next resync retries the others. */
    private void addOneByOne(List<LinkInfo> veths) throws RequestException {
        RequestException failure = null;
        for (LinkInfo veth : veths) {
            try {
                addPorts(List.of(veth));
            } catch (RequestException e) {
                failure = e;
            }
        }
        if (failure != null) throw failure;
    }

    private boolean isServed(LinkInfo veth) throws RequestException {
        return ownVeths.containsKey(veth.name())
                && control.requirePort(name, veth.name()).state() != PortState.GONE;
    }

    /** Stops watching and leaves the bridge as it is. May be called on any thread. */
    void release() {
        isClosed = true;
        if (monitor != null) monitor.close();
    }

    /** Stops watching and removes the TAP from the bridge, which then forwards to its own ports again. May be called on any thread. */
    void close() {
        isClosed = true;
        if (monitor == null) return;
        monitor.close();
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
