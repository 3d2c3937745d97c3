package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.api.Listing;
import dev.tapswitch.control.api.Response;
import dev.tapswitch.control.api.Route;
import dev.tapswitch.control.integration.Integration;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.linux.netlink.NftMonitor;
import dev.tapswitch.linux.netlink.UplinkBridges;
import dev.tapswitch.linux.sys.DeviceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The firewall rules of networks behind host ports, and their published ports. Each call changes the kernel's rules in one transaction, or not at
 * all. The rules stay when the daemon ends, so that a restart interrupts nothing, unless {@link #removeFromHost} is called. Must be used on the
 * control thread.
 */
public final class Nat implements Integration {
    private static final Logger LOG = LoggerFactory.getLogger(Nat.class);

    private final Executor control;
    private final RelayBudget relayBudget = RelayBudget.ofProcess();
    private final Map<String, NatNetwork> networks = new LinkedHashMap<>();
    /** The listeners of each owner of published ports. */
    private final Map<String, List<HostListener>> listeners = new LinkedHashMap<>();
    /** Set when the first network is added; empty if the kernel refuses the subscription. */
    private Optional<RuleWatch> watch = Optional.empty();
    /** Bridges that containers may reach because the configuration lists them. */
    private final Set<String> allowedBridges;
    /** Bridges that containers may reach because they are uplinks. */
    private Set<String> uplinks = Set.of();

    /** Bridges whose names cannot be part of a rule, which the log has reported. */
    private final Set<String> unquotable = new TreeSet<>();

    private boolean isWatchTried;
    private boolean isUsed;

    /**
     * @param control the control thread
     * @param allowedBridges bridges that containers may reach although they are not uplinks
     */
    public Nat(Executor control, Collection<String> allowedBridges) {
        this.control = control;
        this.allowedBridges = Set.copyOf(allowedBridges);
    }

    /**
     * A port that a container publishes, at a host port from {@code firstPort} to {@code lastPort}; 0 for any.
     *
     * @param port the port, whose hostPort is still to be chosen
     */
    public record Request(PublishedPort port, int firstPort, int lastPort) {}

    /** Adds or changes a network. Its host port must exist. */
    public void put(NatNetwork network) throws RequestException {
        require(RuleText.problemOf(network));
        NatNetwork before = networks.put(network.device(), network);
        try {
            apply();
        } catch (RequestException e) {
            if (before == null) networks.remove(network.device());
            else networks.put(network.device(), before);
            throw e;
        }
        allow(List.of(network));
    }

    /** Removes a network, and with the last one the nftables table. */
    public void remove(String device) throws RequestException {
        NatNetwork removed = networks.remove(device);
        if (removed == null) return;
        apply();
        ForwardRules.close(List.of(removed));
        Firewalld.distrust(removed);
    }

    /** Whether there is a network behind this host port. */
    public boolean has(String device) {
        return networks.containsKey(device);
    }

    /** Makes the host forward packets. Networks that are {@link #put} do this by themselves. */
    public static void forward(boolean ipv4, boolean ipv6) {
        HostSettings.forward(ipv4, ipv6);
    }

    /** Adds the networks and published ports that were saved before a restart. {@link #afterStart} writes the rules for all of them at once. */
    public void restore(Collection<NatNetwork> before, Map<String, List<PublishedPort>> ports) {
        isUsed = true;
        before.stream()
                .filter(network -> isUsable(RuleText.problemOf(network)))
                .forEach(network -> networks.put(network.device(), network));
        ports.forEach((owner, published) -> listeners.put(
                owner,
                published.stream()
                        .filter(port -> isUsable(RuleText.problemOf(port)))
                        .map(this::reopen)
                        .toList()));
    }

    /** Replaces the rules of the previous daemon, or removes them if there is no network. Failures are logged. */
    @Override
    public void afterStart() {
        if (!isUsed) return;
        if (networks.isEmpty()) clear();
        ForwardRules.removeFormer(networks.values());
        refresh();
    }

    private static void require(Optional<String> problem) throws RequestException {
        if (problem.isPresent()) throw new RequestException(Reason.INVALID, problem.get());
    }

    /** Whether a restored network or port is valid. An older version may have saved what this one refuses. */
    private static boolean isUsable(Optional<String> problem) {
        problem.ifPresent(what -> LOG.warn("no firewall rules are written for it: {}", what));
        return problem.isEmpty();
    }

    private HostListener reopen(PublishedPort port) {
        try {
            return HostListener.open(port, relayBudget);
        } catch (IOException e) {
            LOG.warn(
                    "published port {} is forwarded to its container, but cannot be bound: {}",
                    port.host(),
                    e.getMessage());
            return HostListener.unbound(port, relayBudget);
        }
    }

    /** Writes all rules again, in case other programs have removed them. */
    public void refresh() {
        if (networks.isEmpty()) return;
        refreshTable();
        allow(networks.values());
    }

    private void refreshTable() {
        try {
            apply();
        } catch (RequestException e) {
            LOG.warn("the firewall rules are not refreshed: {}", e.getMessage());
        }
    }

    /** Prepares the host and other firewalls for networks: everything outside our own table. */
    private void allow(Collection<NatNetwork> changed) {
        if (!isWatchTried) watch = RuleWatch.start(control, this::resync);
        isWatchTried = true;
        changed.forEach(HostSettings::prepare);
        // For all networks, because their rules are next to each other.
        ForwardRules.open(networks.values());
        Firewalld.trust(changed);
    }

    /** Restores rules that other programs have removed. */
    private void resync(NftMonitor.Changes changes) {
        if (networks.isEmpty()) return;
        if (RuleWatch.mayLackTable(changes) && !tableExists()) {
            LOG.warn("another program has removed the nftables table {}: it is restored", Ruleset.TABLE);
            refresh();
            return;
        }
        if (changes.affects(ForwardRules.CHAIN)) ForwardRules.open(networks.values());
        if (changes.affects(Firewalld.TABLE)) Firewalld.trust(networks.values());
    }

    /** Publishes all ports of an owner, or none if one of them fails. Replaces those that it has published before. Returns them with their host ports. */
    public List<PublishedPort> publish(String owner, List<Request> requests) throws RequestException {
        withdraw(owner);
        List<HostListener> opened = new ArrayList<>();
        try {
            for (Request request : requests) {
                require(RuleText.problemOf(request.port().at(request.firstPort())));
                require(RuleText.problemOf(request.port().at(request.lastPort())));
            }
            for (Request request : requests) opened.add(open(request));
            listeners.put(owner, opened);
            if (!opened.isEmpty()) apply();
        } catch (RequestException e) {
            opened.forEach(HostListener::close);
            listeners.remove(owner);
            throw e;
        }
        return opened.stream().map(HostListener::port).toList();
    }

    /** Withdraws the published ports of an owner, if there are any. */
    public void withdraw(String owner) throws RequestException {
        List<HostListener> withdrawn = listeners.remove(owner);
        if (withdrawn == null || withdrawn.isEmpty()) return;
        withdrawn.forEach(HostListener::close);
        apply();
    }

    /** All published ports. */
    public List<PublishedPort> published() {
        return listeners.values().stream()
                .flatMap(List::stream)
                .map(HostListener::port)
                .toList();
    }

    /** Updates the rules if other bridges are uplinks now, and closes idle relayed connections. */
    @Override
    public void tick(long nowMs) {
        listeners.values().forEach(each -> each.forEach(HostListener::closeIdle));
        if (!networks.isEmpty() && !uplinks().equals(uplinks)) refreshTable();
    }

    private Set<String> uplinks() {
        try {
            return quotable(UplinkBridges.find());
        } catch (DeviceException e) {
            LOG.debug("cannot list bridges", e);
            return uplinks;
        }
    }

    /** Removes the bridges whose names nft would read as wildcards or syntax. Containers do not reach those, and the log says so once. */
    private Set<String> quotable(Set<String> bridges) {
        Set<String> quotable = new TreeSet<>(bridges);
        quotable.removeIf(bridge -> !RuleText.isQuotable(bridge));
        Set<String> others = new TreeSet<>(bridges);
        others.removeAll(quotable);
        others.removeAll(unquotable);
        for (String bridge : others)
            LOG.warn(
                    "containers do not reach bridge {}: its name cannot be part of a firewall rule; rename it to letters and digits",
                    bridge);
        unquotable.addAll(others);
        return quotable;
    }

    private Set<String> reachable() {
        Set<String> reachable = new TreeSet<>(allowedBridges);
        reachable.addAll(uplinks);
        return reachable;
    }

    private static void clear() {
        if (tableExists()) HostCommand.run("nft", "delete", "table", "inet", Ruleset.NAME);
    }

    private static boolean tableExists() {
        return HostCommand.run("nft", "list", "table", "inet", Ruleset.NAME).exit() == 0;
    }

    /** Removes all rules. The next start writes them again. */
    @Override
    public void removeFromHost() {
        watch.ifPresent(RuleWatch::close);
        if (networks.isEmpty()) return;
        ForwardRules.close(networks.values());
        networks.values().forEach(Firewalld::distrust);
        clear();
        networks.clear();
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route("GET", "/v1/published-ports", request -> Response.ok(Listing.array(entries()))));
    }

    private Listing.Entries entries() {
        return Listing.each(published(), port -> {
            Json node = Json.object().put("protocol", port.protocol());
            node.put("host-address", port.hostAddress().map(IpAddress::toString).orElse(""))
                    .put("host-port", port.hostPort());
            Json addresses = node.putArray("container-addresses");
            port.ipv4().ifPresent(address -> addresses.add(address.toString()));
            port.ipv6().ifPresent(address -> addresses.add(address.toString()));
            return node.put("container-port", port.containerPort()).put("switch", port.device());
        });
    }

    @Override
    public void release() {
        close();
    }

    /** Closes the published ports; the rules stay. */
    @Override
    public void close() {
        watch.ifPresent(RuleWatch::close);
        listeners.values().forEach(each -> each.forEach(HostListener::close));
        listeners.clear();
    }

    private HostListener open(Request request) throws RequestException {
        String why = "";
        for (int port = request.firstPort(); port <= Math.max(request.firstPort(), request.lastPort()); port++) {
            PublishedPort wanted = request.port().at(port);
            PublishedPort taken = holderOf(wanted);
            if (taken != null) {
                why = "it is already published for " + taken.container();
                continue;
            }
            try {
                return HostListener.open(wanted, relayBudget);
            } catch (IOException e) {
                why = e.getMessage();
            }
        }
        PublishedPort first = request.port().at(request.firstPort());
        String range = request.lastPort() > request.firstPort() ? " (to " + request.lastPort() + ")" : "";
        throw new RequestException(
                Reason.CONFLICT,
                "cannot publish " + first.container() + " at " + first.host() + range + ": " + why
                        + "; see 'tapswitch ports'");
    }

    private PublishedPort holderOf(PublishedPort wanted) {
        for (PublishedPort port : published()) {
            boolean isSame = port.hostPort() == wanted.hostPort()
                    && port.protocol().equals(wanted.protocol())
                    && (port.hostAddress().isEmpty()
                            || wanted.hostAddress().isEmpty()
                            || port.hostAddress().equals(wanted.hostAddress()));
            if (isSame) return port;
        }
        return null;
    }

    private void apply() throws RequestException {
        uplinks = uplinks();
        HostCommand nft =
                HostCommand.run(Ruleset.of(networks.values(), published(), reachable()), List.of("nft", "-f", "-"));
        if (nft.exit() == 0) return;
        String why = nft.exit() == HostCommand.NOT_FOUND
                ? "the command nft is missing: install nftables"
                : "nft refused the rules: " + nft.error();
        throw new RequestException(Reason.FAILED, why);
    }
}
