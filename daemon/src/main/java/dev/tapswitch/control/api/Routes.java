package dev.tapswitch.control.api;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.ControlWatch;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.net.MacAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All routes of the API and their actions. {@link TraceStream} handles the route whose response is a stream. */
final class Routes {
    private static final String SWITCH = "/v1/switches/{switch}";
    private static final String PORT = SWITCH + "/ports/{port}";

    /** {@link ApiHandler} handles this route and {@link #RESTART} itself, because they take too long for the control thread. */
    static final Route TRACE = new Route("GET", SWITCH + "/trace", request -> Response.error(500, "is a stream"));

    static final Route RESTART = new Route("POST", "/v1/restart", request -> Response.error(500, "is a hand-over"));

    private final ControlService control;
    private final List<Route> others;
    private final ControlThread commands;
    private final String version;
    private final long startedNanos = System.nanoTime();

    /** {@code others}: the routes of integrations. {@code commands}: the thread for requests that may run host commands. */
    Routes(ControlService control, List<Route> others, ControlThread commands, String version) {
        this.control = control;
        this.others = others;
        this.commands = commands;
        this.version = version;
    }

    Router router() {
        List<Route> routes = new ArrayList<>(List.of(
                new Route("GET", "/v1/status", request -> Response.ok(status())),
                new Route("GET", "/v1/openapi.json", request -> Response.ok(OpenApi.document())),
                new Route("GET", "/v1/fast-path", request -> Response.ok(FastPathView.of(control))),
                new Route("POST", "/v1/reload", request -> reload()),
                RESTART,
                new Route("GET", "/v1/switches", request -> listSwitches()),
                new Route("POST", "/v1/switches", this::addSwitch),
                new Route("GET", SWITCH, this::showSwitch),
                new Route("DELETE", SWITCH, this::deleteSwitch),
                new Route("GET", SWITCH + "/ports", this::listPorts),
                new Route("POST", SWITCH + "/ports", this::addPort),
                new Route("GET", PORT, this::showPort),
                new Route("PATCH", PORT, this::changePort),
                new Route("DELETE", PORT, this::deletePort),
                new Route("GET", SWITCH + "/macs", this::listMacs),
                new Route("POST", SWITCH + "/macs", this::addMac),
                new Route("DELETE", SWITCH + "/macs", this::flushMacs),
                new Route("DELETE", SWITCH + "/macs/{mac}", this::deleteMac),
                new Route("GET", SWITCH + "/neighbours", this::listNeighbours),
                new Route("DELETE", SWITCH + "/neighbours", this::flushNeighbours),
                new Route("GET", SWITCH + "/stats", this::stats),
                TRACE,
                new Route("POST", SWITCH + "/trace", this::probe)));
        routes.addAll(others);
        return new Router(routes);
    }

    private Json status() {
        Json node = Views.object();
        var workers = control.runtime().workers();
        node.put("version", version);
        node.put("uptime-seconds", (System.nanoTime() - startedNanos) / 1_000_000_000L);
        node.put("pid", ProcessHandle.current().pid());
        node.put("io", workers.mode().toString());
        node.put("io-why", workers.why());
        node.put("workers", workers.count());
        node.put("config", control.file().toString());
        node.put("switches", control.runtime().switches().size());
        node.put(
                "ports",
                control.runtime().switches().stream()
                        .mapToInt(sw -> sw.ports().size())
                        .sum());
        node.put(
                "ports-up",
                control.runtime().switches().stream().mapToLong(Views::up).sum());
        node.set("fast-path", FastPathView.summary(control));
        node.set("slow-receivers", Views.slowReceivers(control));
        node.set("state-problems", Json.of(control.stateProblems()));
        commands.busyWith(ControlWatch.NOTABLE_MS).ifPresent(what -> node.put("stuck-command", what));
        Runtime runtime = Runtime.getRuntime();
        node.put("heap-bytes", runtime.totalMemory() - runtime.freeMemory());
        return node;
    }

    private Response reload() throws RequestException {
        Json changes = Views.array();
        control.reload().forEach(changes::add);
        Json node = Views.object();
        node.set("changes", changes);
        return Response.ok(node);
    }

    private Response listSwitches() {
        return Response.ok(
                Listing.array(Listing.each(control.runtime().switches(), sw -> Views.ofSwitch(control, sw))));
    }

    private Response addSwitch(Request request) throws RequestException, ConfigException {
        SwitchConfig added = ConfigReader.switchOf(request.json());
        control.addSwitch(added);
        return Response.created(Views.ofSwitch(control, control.requireSwitch(added.name())));
    }

    private Response showSwitch(Request request) throws RequestException {
        RunningSwitch sw = switchOf(request);
        return Response.ok(
                Listing.member(Views.ofSwitch(control, sw), "port-list", Views.ports(control, sw), Views::object));
    }

    private Response deleteSwitch(Request request) throws RequestException {
        String name = request.part("switch");
        Optional<String> whyTemporary = control.whyTemporary(name);
        control.removeSwitch(name);
        return Response.ok(withNote(Views.object().put("deleted", name), "switch " + name, whyTemporary));
    }

    private Response listPorts(Request request) throws RequestException {
        return Response.ok(Listing.array(Views.ports(control, switchOf(request))));
    }

    private Response addPort(Request request) throws RequestException, ConfigException {
        PortConfig added = ConfigReader.portOf(request.json());
        control.addPort(request.part("switch"), added);
        return Response.created(port(request.part("switch"), added.name()));
    }

    private Response showPort(Request request) throws RequestException {
        return Response.ok(port(request.part("switch"), request.part("port")));
    }

    private Response changePort(Request request) throws RequestException, ConfigException {
        String switchName = request.part("switch");
        RunningPort port = control.requirePort(switchName, request.part("port"));
        PortConfig changed = ConfigReader.portOf(port.config(), request.json());
        control.changePort(switchName, changed);
        return Response.ok(withNote(
                port(switchName, changed.name()),
                "port " + changed.name(),
                control.whyTemporary(switchName, changed.name())));
    }

    private Response deletePort(Request request) throws RequestException {
        String switchName = request.part("switch");
        String name = request.part("port");
        Optional<String> whyTemporary = control.whyTemporary(switchName, name);
        control.removePort(switchName, name);
        return Response.ok(withNote(Views.object().put("deleted", name), "port " + name, whyTemporary));
    }

    private Response listMacs(Request request) throws RequestException {
        RunningSwitch sw = switchOf(request);
        if (request.query("port") != null) control.requirePort(sw.name(), request.query("port"));
        return Response.ok(Listing.array(Views.macs(sw, request.query("port"), vlan(request))));
    }

    private Response addMac(Request request) throws RequestException, ConfigException {
        RunningSwitch sw = switchOf(request);
        Map<String, PortConfig> ports = sw.ports().stream()
                .map(RunningPort::config)
                .collect(Collectors.toMap(PortConfig::name, Function.identity(), (a, b) -> b, LinkedHashMap::new));
        StaticMac mac = ConfigReader.staticMacOf(request.json(), ports);
        control.addMac(sw.name(), mac);
        return Response.created(Views.object()
                .put("mac", MacAddress.format(mac.mac()))
                .put("vlan", mac.vlan())
                .put("port", mac.port())
                .put("static", true));
    }

    private Response deleteMac(Request request) throws RequestException {
        RunningSwitch sw = switchOf(request);
        long mac = mac(request.part("mac"));
        Integer vlan = vlan(request);
        if (!control.removeMac(sw.name(), mac, vlan == null ? 0 : vlan)) {
            throw new RequestException(
                    Reason.NOT_FOUND,
                    "switch " + sw.name() + " has no entry for " + MacAddress.format(mac)
                            + (vlan == null || vlan == 0 ? " untagged" : " in VLAN " + vlan)
                            + ": see 'tapswitch mac list " + sw.name() + "'");
        }
        return Response.ok(Views.object().put("deleted", MacAddress.format(mac)));
    }

    private Response flushMacs(Request request) throws RequestException {
        RunningSwitch sw = switchOf(request);
        Integer vlan = vlan(request);
        String port = request.query("port");
        var table = sw.learning().macTable();
        int flushed;
        if (port == null) {
            flushed = vlan == null ? table.flushDynamic() : table.flushVlan(vlan);
        } else if (vlan == null) {
            flushed = table.flushPort(control.requirePort(sw.name(), port).index(), false);
        } else {
            throw new RequestException(
                    Reason.INVALID, "flush either a port or a VLAN; expected port= or vlan=, not both");
        }
        control.runtime().fastPath().sync();
        return Response.ok(Views.object().put("flushed", flushed));
    }

    private Response listNeighbours(Request request) throws RequestException {
        return Response.ok(Listing.array(Views.neighbours(switchOf(request))));
    }

    private Response flushNeighbours(Request request) throws RequestException {
        int flushed = switchOf(request).learning().neighbourTable().flushDynamic();
        return Response.ok(Views.object().put("flushed", flushed));
    }

    private Response stats(Request request) throws RequestException {
        return Response.ok(Views.stats(control, switchOf(request)));
    }

    private Response probe(Request request) throws RequestException, ConfigException {
        return Response.ok(FrameProbe.explain(switchOf(request), request.json()));
    }

    private RunningSwitch switchOf(Request request) throws RequestException {
        return control.requireSwitch(request.part("switch"));
    }

    private Json port(String switchName, String name) throws RequestException {
        return Views.ofPort(control, control.requireSwitch(switchName), control.requirePort(switchName, name));
    }

    private static Json withNote(Json node, String what, Optional<String> whyTemporary) {
        whyTemporary.ifPresent(why -> node.put("note", what + " " + why));
        return node;
    }

    private static Integer vlan(Request request) throws RequestException {
        return request.query("vlan") == null ? null : (Integer) request.number("vlan", 0, 4_094, 0);
    }

    private static long mac(String text) throws RequestException {
        try {
            return MacAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RequestException(Reason.INVALID, e.getMessage(), e);
        }
    }
}
