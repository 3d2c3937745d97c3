package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.api.Listing;
import dev.tapswitch.control.api.Response;
import dev.tapswitch.control.api.Route;
import dev.tapswitch.control.integration.Integration;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
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
 * Networks behind host ports and what is published of them. Each call changes the kernel's rules in one transaction, or nothing. Control
 * thread only. Rules stay when the daemon ends, so that a restart is not noticed, unless {@link #removeFromHost} was called.
 */
public final class Nat implements Integration {
    private static final Logger LOG = LoggerFactory.getLogger(Nat.class);

    private final Executor control;
    private final RelayBudget relayed = RelayBudget.ofProcess();
    private final Map<String, NatNetwork> networks = new LinkedHashMap<>();
    /** By whoever asked for them. */
    private final Map<String, List<HostListener>> listeners = new LinkedHashMap<>();
    /** From the first network on. */
    private Optional<RuleWatch> watch = Optional.empty();
    /** Bridges that the user allows, and those that lead outside. */
    private final Set<String> allowedBridges;

    private Set<String> uplinks = Set.of();

    private boolean isWatchTried;
    private boolean isUsed;

    /**
     * @param control the control thread
     * @param allowedBridges other bridges that containers may reach although they are not uplinks
     */
    public Nat(Executor control, Collection<String> allowedBridges) {
        this.control = control;
        this.allowedBridges = Set.copyOf(allowedBridges);
    }

    /**
     * What a container wants to have published; host ports from {@code firstPort} to {@code lastPort} will do, 0 for any.
     *
     * @param port whose hostPort is to be chosen
     */
    public record Request(PublishedPort port, int firstPort, int lastPort) {}

    /** Adds a network, or changes it; its host port is there. */
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

    /** Removes a network, and the table with the last of them. */
    public void remove(String device) throws RequestException {
        NatNetwork removed = networks.remove(device);
        if (removed == null) return;
        apply();
        ForwardRules.close(List.of(removed));
        Firewalld.forget(removed);
    }

    /** Whether there is a network behind this host port. */
    public boolean has(String device) {
        return networks.containsKey(device);
    }

    /** Has the host forward packets; a network that is put needs no asking. */
    public static void forward(boolean ipv4, boolean ipv6) {
        HostSettings.forward(ipv4, ipv6);
    }

    /** At the start: adds networks and ports that were there before. {@link #afterStart} writes the rules for all of them at once. */
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

    /** Replaces the rules of the daemon before, or removes them where there is no network. What fails is logged. */
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

    /** An older version has kept what this one refuses. */
    private static boolean isUsable(Optional<String> problem) {
        problem.ifPresent(what -> LOG.warn("left out of the host's rules: {}", what));
        return problem.isEmpty();
    }

    private HostListener reopen(PublishedPort port) {
        try {
            return HostListener.open(port, relayed);
        } catch (IOException e) {
            LOG.warn("published port {} leads to its container, but is not held: {}", port.host(), e.getMessage());
            return HostListener.unheld(port, relayed);
        }
    }

    /** Makes the kernel have again what it should, after others may have cleared it. */
    public void refresh() {
        if (networks.isEmpty()) return;
        refreshTable();
        allow(networks.values());
    }

    private void refreshTable() {
        try {
            apply();
        } catch (RequestException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    /** What is not in our own table: settings of the host, and other firewalls. */
    private void allow(Collection<NatNetwork> some) {
        if (!isWatchTried) watch = RuleWatch.start(control, this::resync);
        isWatchTried = true;
        some.forEach(HostSettings::prepare);
        // All, for they stand together.
        ForwardRules.open(networks.values());
        Firewalld.trust(some);
    }

    /** Others have changed the host's rules: puts back what of ours went with it. */
    private void resync(NftMonitor.Changes changes) {
        if (networks.isEmpty()) return;
        if (RuleWatch.isOurs(changes) && !isTableThere()) {
            LOG.warn("somebody has removed the table {}: it is put back", Ruleset.TABLE);
            refresh();
            return;
        }
        if (changes.affects(ForwardRules.CHAIN)) ForwardRules.open(networks.values());
        if (changes.affects(Firewalld.TABLE)) Firewalld.trust(networks.values());
    }

    /** Publishes ports on behalf of {@code owner}, in place of those it had; all or none. Returns them with the host ports they got. */
    public List<PublishedPort> publish(String owner, List<Request> requests) throws RequestException {
        withdraw(owner);
        List<HostListener> opened = new ArrayList<>();
        try {
            for (Request request : requests) require(RuleText.problemOf(request.port()));
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

    /** Takes back what an owner has published; nothing where it has not. */
    public void withdraw(String owner) throws RequestException {
        List<HostListener> withdrawn = listeners.remove(owner);
        if (withdrawn == null || withdrawn.isEmpty()) return;
        withdrawn.forEach(HostListener::close);
        apply();
    }

    /** All that is published. */
    public List<PublishedPort> published() {
        return listeners.values().stream()
                .flatMap(List::stream)
                .map(HostListener::port)
                .toList();
    }

    /** Follows bridges that have become uplinks, or have ceased to be, and closes idle relayed connections. */
    @Override
    public void tick(long nowMs) {
        listeners.values().forEach(each -> each.forEach(HostListener::closeIdle));
        if (!networks.isEmpty() && !uplinks().equals(uplinks)) refreshTable();
    }

    private Set<String> uplinks() {
        try {
            return UplinkBridges.find();
        } catch (DeviceException e) {
            LOG.debug("bridges can't be listed", e);
            return uplinks;
        }
    }

    private Set<String> reachable() {
        Set<String> reachable = new TreeSet<>(allowedBridges);
        reachable.addAll(uplinks);
        return reachable;
    }

    private static void clear() {
        if (isTableThere()) HostCommand.run("nft", "delete", "table", "inet", Ruleset.NAME);
    }

    private static boolean isTableThere() {
        return HostCommand.run("nft", "list", "table", "inet", Ruleset.NAME).exit() == 0;
    }

    /** Removes all rules. The next start writes them again, by {@link #restore}. */
    @Override
    public void removeFromHost() {
        watch.ifPresent(RuleWatch::close);
        if (networks.isEmpty()) return;
        ForwardRules.close(networks.values());
        networks.values().forEach(Firewalld::forget);
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
            node.put("host-address", port.hostAddress()).put("host-port", port.hostPort());
            Json addresses = node.putArray("container-addresses");
            if (!port.ipv4().isEmpty()) addresses.add(port.ipv4());
            if (!port.ipv6().isEmpty()) addresses.add(port.ipv6());
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
                why = "it is published already, for " + taken.container();
                continue;
            }
            try {
                return HostListener.open(wanted, relayed);
            } catch (IOException e) {
                why = e.getMessage();
                if (why.contains("in use")) why = "another program on this host has it";
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
                ? "there is no nft here: install nftables"
                : "nft refused the rules: " + nft.complaint();
        throw new RequestException(Reason.FAILED, why);
    }
}
