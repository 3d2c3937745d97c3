package dev.tapswitch.control.api;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.control.switches.Clock;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.PortState;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.core.bridge.DropReason;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortCounter;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.dataplane.fastpath.FastPathCounters;
import java.util.Locale;
import java.util.Map;

/** The running switches and ports as JSON. Control thread only. */
final class Views {
    private static final String DROPS = "drops";
    /** The number of table slots per step of a listing. */
    private static final int STEP_SLOTS = 256;

    private Views() {}

    static Json object() {
        return Json.object();
    }

    static Json array() {
        return Json.array();
    }

    static Json ofSwitch(ControlService control, RunningSwitch sw) {
        Json node = object();
        LearningSwitch learning = sw.learning();
        node.put("name", sw.name());
        node.put("declared", control.isDeclared(sw.name()));
        sw.values().json(SwitchSchema.ALL).forEach((key, value) -> node.set(key, Json.of(value)));
        long ageingMs = sw.settings().ageingMs();
        if (ageingMs % 1_000 == 0) node.put("ageing-seconds", ageingMs / 1_000);
        else node.put("ageing-seconds", ageingMs / 1_000.0);
        node.put("ports", sw.ports().size());
        node.put("ports-up", up(sw));
        node.put("macs", learning.macTable().size());
        node.put("neighbours", learning.neighbourTable().size());
        return node;
    }

    static long up(RunningSwitch sw) {
        return sw.ports().stream().filter(port -> port.state() == PortState.UP).count();
    }

    static Json ofPort(ControlService control, RunningSwitch sw, RunningPort port) {
        Json node = object();
        node.put("name", port.config().name());
        node.put("index", port.index());
        node.put("state", port.state().name().toLowerCase(Locale.ROOT));
        if (!port.why().isEmpty()) node.put("why", port.why());
        if (isSlow(control, sw, port)) node.put("slow-receiver", true);
        node.put("declared", control.isDeclared(sw.name(), port.config().name()));
        port.config().json().forEach((key, value) -> node.set(key, Json.of(value)));
        port.mac().ifPresent(mac -> node.put("mac", MacAddress.format(mac)));
        node.put("macs", sw.learning().macTable().size(port.index()));
        port.deviceKind().ifPresent(kind -> node.put("device-kind", kind));
        node.set("counters", counters(control, sw, port));
        return node;
    }

    static Listing.Entries ports(ControlService control, RunningSwitch sw) {
        return Listing.each(sw.ports(), port -> exists(sw, port) ? ofPort(control, sw, port) : null);
    }

    static Listing.Entries macs(RunningSwitch sw, String port, Integer vlan) {
        long ageingMs = sw.settings().ageingMs();
        return Listing.walk((slot, visitor) -> sw.learning()
                .macTable()
                .forEach(slot, STEP_SLOTS, Clock.nowMs(), (mac, ofVlan, index, isStatic, ageMs) -> {
                    String name = portName(sw, index);
                    boolean wanted = (port == null || port.equals(name)) && (vlan == null || vlan == ofVlan);
                    if (!wanted || !isStatic && ageMs > ageingMs) return;
                    Json node = object().put("mac", MacAddress.format(mac));
                    node.put("vlan", ofVlan).put("port", name).put("static", isStatic);
                    if (!isStatic) node.put("age-seconds", ageMs / 1_000);
                    visitor.accept(node);
                }));
    }

    static Listing.Entries neighbours(RunningSwitch sw) {
        long ageingMs = sw.settings().ageingMs();
        return Listing.walk((slot, visitor) -> {
            long nowMs = Clock.nowMs();
            return sw.learning()
                    .neighbourTable()
                    .forEach(slot, STEP_SLOTS, nowMs, (hi, lo, vlan, mac, learnedOn, isStatic, ageMs) -> {
                        if (!isStatic && ageMs > ageingMs) return;
                        Json node = object().put("address", IpAddress.format(hi, lo));
                        node.put("mac", MacAddress.format(mac)).put("vlan", vlan);
                        int port = sw.learning().macTable().lookup(mac, vlan, nowMs, ageingMs);
                        if (port >= 0) node.put("port", portName(sw, port));
                        node.put("static", isStatic);
                        if (!isStatic) node.put("age-seconds", ageMs / 1_000);
                        visitor.accept(node);
                    });
        });
    }

    /** The names SWITCH.PORT of all ports that are limited because writes to them take too long. */
    static Json slowReceivers(ControlService control) {
        Json names = array();
        for (RunningSwitch sw : control.runtime().switches())
            for (RunningPort port : sw.ports())
                if (isSlow(control, sw, port))
                    names.add(sw.name() + "." + port.config().name());
        return names;
    }

    private static boolean isSlow(ControlService control, RunningSwitch sw, RunningPort port) {
        return control.runtime().workers().isSlow(sw.learning(), port.index());
    }

    static Listing stats(ControlService control, RunningSwitch sw) {
        Json totals = object();
        Json totalDrops = object();
        Listing.Entries ports = Listing.each(sw.ports(), port -> {
            if (!exists(sw, port)) return null;
            Json counters = counters(control, sw, port);
            counters.properties().forEach(counter -> {
                if (!counter.getKey().equals(DROPS)) add(totals, counter);
            });
            counters.path(DROPS).properties().forEach(drop -> add(totalDrops, drop));
            Json node = object().put("name", port.config().name());
            node.put("state", port.state().name().toLowerCase(Locale.ROOT));
            if (isSlow(control, sw, port)) node.put("slow-receiver", true);
            counters.properties().forEach(counter -> node.set(counter.getKey(), counter.getValue()));
            return node;
        });
        return Listing.member(
                object().put("switch", sw.name()),
                "ports",
                ports,
                () -> object().set("totals", totals.set(DROPS, totalDrops)));
    }

    /** Whether the switch still has this port. */
    private static boolean exists(RunningSwitch sw, RunningPort port) {
        return sw.port(port.config().name()) == port;
    }

    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name of the port at an index; "?" if it was removed meanwhile. */
    static String portName(RunningSwitch sw, int index) {
        var settings = sw.learning().snapshot().port(index);
        return settings == null ? "?" : settings.name();
    }

    private static void add(Json totals, Map.Entry<String, Json> amount) {
        String key = amount.getKey();
        totals.put(key, totals.path(key).asLong(0) + amount.getValue().asLong(0));
    }

    /** What workers and the kernel have counted. */
    private static Json counters(ControlService control, RunningSwitch sw, RunningPort port) {
        LearningSwitch learning = sw.learning();
        int index = port.index();
        FastPathCounters fast = control.runtime().fastPath().counters(learning, index);
        Json counters = object();
        for (PortCounter counter : PortCounter.values())
            counters.put(name(counter), learning.count(index, counter) + FastCounters.of(fast, counter));
        FastCounters.of(fast).forEach((name, count) -> {
            if (count > 0) counters.put(name, count);
        });
        Json drops = counters.putObject(DROPS);
        for (DropReason reason : DropReason.values()) {
            long count = learning.count(index, reason);
            if (count > 0) drops.put(name(reason), count);
        }
        return counters;
    }
}
