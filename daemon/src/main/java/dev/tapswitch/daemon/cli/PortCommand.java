package dev.tapswitch.daemon.cli;

import dev.tapswitch.daemon.client.ApiClient;
import dev.tapswitch.daemon.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "port",
        description = "Add, delete, change and look at the ports of a switch.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PortCommand.Add.class,
            PortCommand.Delete.class,
            PortCommand.ListAll.class,
            PortCommand.Show.class,
            PortCommand.Change.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tapswitch port add lan web0 --namespace web --device eth0 --address 198.18.0.1/24",
            "  tapswitch port list"
        })
final class PortCommand extends Verbs {
    /** The settings of a port that both {@code add} and {@code set} take. */
    static final class Settings {
        @Option(names = "--mtu", paramLabel = "N", description = "Its MTU, bytes.")
        private Integer mtu;

        @Option(names = "--mac", paramLabel = "MAC", description = "The device's MAC address.")
        private String mac;

        @Option(
                names = "--address",
                paramLabel = "ADDR/LEN",
                split = ",",
                description = "An address of the device; may be said more than once.")
        private List<String> addresses;

        @Option(
                names = "--route",
                paramLabel = "ROUTE",
                description = "A route, as 'default via 198.18.0.254'; may be said more than once.")
        private List<String> routes;

        @Option(names = "--up", negatable = true, description = "Set the device up, or leave it down.")
        private Boolean up;

        @Option(
                names = "--offload",
                negatable = true,
                description = "Super-frames and partial checksums to this device, or not.")
        private Boolean offload;

        @Option(names = "--hairpin", negatable = true, description = "Frames may leave by the port they came in on.")
        private Boolean hairpin;

        @Option(names = "--isolated", negatable = true, description = "No frames to or from other isolated ports.")
        private Boolean isolated;

        @Option(
                names = "--learning-limit",
                paramLabel = "N",
                description = "Most MACs learned on this port; 0 for no limit.")
        private Integer learningLimit;

        @Option(
                names = "--beyond-limit",
                paramLabel = "WHAT",
                description = "Beyond that limit: forward (unlearned) or drop.")
        private String beyondLimit;

        @Option(
                names = "--send-limit",
                paramLabel = "RATE",
                description =
                        "Most that the device may send: bits per second, as 20M or '20M burst 1M'; 0 for no limit.")
        private String sendLimit;

        @Option(
                names = "--receive-limit",
                paramLabel = "RATE",
                description = "Most that the device may receive, likewise.")
        private String receiveLimit;

        @Option(
                names = "--accept-ra",
                negatable = true,
                description = "On the host: take routes and addresses from router advertisements, or not.")
        private Boolean acceptRa;

        void putInto(Map<String, Object> body) {
            putGiven(body, "mtu", mtu);
            putGiven(body, "mac", mac);
            putGiven(body, "addresses", addresses);
            putGiven(body, "routes", routes);
            putGiven(body, "up", up);
            putGiven(body, "offload", offload);
            putGiven(body, "hairpin", hairpin);
            putGiven(body, "isolated", isolated);
            putGiven(body, "learning-limit", learningLimit);
            putGiven(body, "beyond-limit", beyondLimit);
            putGiven(body, "send-limit", sendLimit);
            putGiven(body, "receive-limit", receiveLimit);
            putGiven(body, "accept-ra", acceptRa);
        }
    }

    /** A port is named by its switch and itself, or by itself when there is one switch only. */
    static final class Target {
        @Parameters(
                arity = "1..2",
                paramLabel = "[SWITCH] PORT",
                hideParamSyntax = true,
                description = "The port, after its switch; the switch is needless when there is one only.")
        private List<String> names;

        String port() {
            return names.getLast();
        }

        String switchName() {
            return names.size() == 2 ? names.getFirst() : null;
        }

        String path(Connection daemon) {
            return daemon.path(switchName()) + "/ports/" + ApiClient.segment(port());
        }
    }

    @Command(
            name = "add",
            description = "Add a port: a TAP in a namespace, connected to a switch.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  tapswitch port add lan web0 --namespace web --device eth0 --address 198.18.0.1/24",
                "  tapswitch port add db0 --namespace pid:4711 --mtu 9000 --route 'default via 198.18.0.254'",
                "  tapswitch port add lan0 --address 198.18.0.254/24       (on the host)"
            })
    static final class Add implements Runnable {
        @Mixin
        private Connection daemon;

        @Mixin
        private Target target;

        @Mixin
        private Settings settings;

        @Option(
                names = "--namespace",
                paramLabel = "NS",
                description = "Where its device lives: host, a NAME of 'ip netns', /PATH, or pid:N.")
        private String namespace;

        @Option(names = "--device", paramLabel = "NAME", description = "The device's name; the port's by default.")
        private String device;

        @Option(names = "--persistent", negatable = true, description = "The device stays when the daemon ends.")
        private Boolean persistent;

        @Override
        public void run() {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", target.port());
            putGiven(body, "namespace", namespace);
            putGiven(body, "device", device);
            putGiven(body, "persistent", persistent);
            settings.putInto(body);
            var name = daemon.switchName(target.switchName());
            var answer = daemon.api().post("/v1/switches/" + ApiClient.segment(name) + "/ports", body);
            daemon.print(
                    answer, port -> "port " + target.port() + " added to switch " + name + stateClause(port) + "\n");
        }
    }

    @Command(
            name = "del",
            aliases = "delete",
            description = "Delete a port.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch port del lan web0")
    static final class Delete implements Runnable {
        @Mixin
        private Connection daemon;

        @Mixin
        private Target target;

        @Override
        public void run() {
            daemon.print(daemon.api().delete(target.path(daemon)), answer -> "port " + target.port() + " deleted\n");
        }
    }

    @Command(
            name = "list",
            description = "The ports of a switch.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch port list", "  tapswitch port list lan --json"})
    static final class ListAll implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "Which; needless when there is one only.")
        private String name;

        @Override
        public void run() {
            daemon.print(daemon.api().get(daemon.path(name) + "/ports"), PortCommand::table);
        }
    }

    @Command(
            name = "show",
            description = "All about one port: where it is, its settings, its counters and drops.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch port show lan web0")
    static final class Show implements Runnable {
        @Mixin
        private Connection daemon;

        @Mixin
        private Target target;

        @Override
        public void run() {
            daemon.print(daemon.api().get(target.path(daemon)), PortCommand::details);
        }
    }

    @Command(
            name = "set",
            description = "Change a port. What is not said stays.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  tapswitch port set lan web0 --learning-limit 8 --beyond-limit drop",
                "  tapswitch port set web0 --no-up"
            })
    static final class Change implements Runnable {
        @Mixin
        private Connection daemon;

        @Mixin
        private Target target;

        @Mixin
        private Settings settings;

        @Override
        public void run() {
            Map<String, Object> body = new LinkedHashMap<>();
            settings.putInto(body);
            if (body.isEmpty()) throw new CommandFailed("nothing to change: say for example --mtu 9000");
            var answer = daemon.api().patch(target.path(daemon), body);
            daemon.print(answer, port -> "port " + target.port() + " changed" + stateClause(port) + "\n");
        }
    }

    /** up, or down and why. */
    static String state(Json port) {
        var why = port.path("why").asString("");
        return port.path("state").asString("?") + (why.isEmpty() ? "" : " (" + why + ")");
    }

    static String table(Json ports) {
        var table = new Table(">no", "port", "state", "namespace", "device", ">mtu", "mac", "addresses", ">macs");
        for (var port : ports) {
            table.row(
                    port.path("index").asInt(),
                    port.path("name").asString(),
                    state(port),
                    port.path("namespace").asString(""),
                    port.path("device").asString(""),
                    port.path("mtu").asInt(),
                    port.path("mac").asString(""),
                    joined(port.path("addresses")),
                    Quantity.count(port.path("macs").asLong()));
        }
        return table.orElse("no ports: add one with 'tapswitch port add NAME --namespace NS'");
    }

    private static String details(Json port) {
        var text = new StringBuilder();
        for (var field : port.properties()) {
            if (field.getValue().isObject()) continue;
            var value = field.getValue().isArray()
                    ? joined(field.getValue())
                    : field.getValue().asString("");
            text.append(String.format("%-16s %s%n", field.getKey(), value.isEmpty() ? "-" : value));
        }
        var counters = port.path("counters");
        if (counters.isObject()) text.append('\n').append(StatsCommand.counters(counters));
        return text.toString();
    }

    private static String joined(Json list) {
        return list.valueStream().map(item -> item.asString("")).collect(Collectors.joining(","));
    }

    private static String stateClause(Json port) {
        return port.has("state") ? ": " + state(port) : "";
    }
}
