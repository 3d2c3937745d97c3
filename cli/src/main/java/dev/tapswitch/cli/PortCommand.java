package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.PortSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "port",
        description = "Show, add, change and delete the ports of a switch.",
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
final class PortCommand extends CommandGroup {
    /** The parameters that name a port. */
    static final class Target {
        @Parameters(
                arity = "1..2",
                paramLabel = "[SWITCH] PORT",
                hideParamSyntax = true,
                description = "The port; SWITCH is optional if there is only one.")
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
            modelTransformer = SettingOptions.OfNewPort.class,
            description = "Add a port to a switch: a TAP device or a veth pair's end in a network namespace.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  tapswitch port add lan web0 --namespace web --device eth0 --address 198.18.0.1/24",
                "  tapswitch port add db0 --namespace pid:4711 --mtu 9000 --route 'default via 198.18.0.254'",
                "  tapswitch port add lan0 --address 198.18.0.254/24       # on the host"
            })
    static final class Add implements Runnable {
        @Mixin
        private Connection daemon;

        @Mixin
        private Target target;

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", target.port());
            body.putAll(SettingOptions.given(spec, PortSchema.ALL));
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
            description = "List the ports of a switch.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch port list", "  tapswitch port list lan --json"})
    static final class ListAll implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
        private String name;

        @Override
        public void run() {
            daemon.print(daemon.api().get(daemon.path(name) + "/ports"), PortCommand::table);
        }
    }

    @Command(
            name = "show",
            description = "Show one port: its interface, settings, counters and drops.",
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
            modelTransformer = SettingOptions.OfPort.class,
            description = "Change the settings of a port. Settings that are not given stay.",
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

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            Map<String, Object> body = SettingOptions.given(spec, PortSchema.ALL);
            if (body.isEmpty()) throw new CommandException("no setting is given: for example --mtu 9000");
            var answer = daemon.api().patch(target.path(daemon), body);
            daemon.print(answer, port -> "port " + target.port() + " changed" + stateClause(port) + "\n");
        }
    }

    /** The state, with the reason if there is one. */
    static String state(Json port) {
        var why = port.has("slow-receiver") ? "slow receiver" : port.path("why").asString("");
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
        return table.orElse("the switch has no ports: add one with 'tapswitch port add NAME --namespace NS'");
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
