package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.control.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "mac",
        description = "Show and change the MAC table: the port of each MAC address.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {MacCommand.ListAll.class, MacCommand.Add.class, MacCommand.Delete.class, MacCommand.Flush.class},
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch mac list", "  tapswitch mac flush --port web0"})
final class MacCommand extends CommandGroup {
    @Command(
            name = "list",
            description = "List the entries, dynamic and static.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch mac list", "  tapswitch mac list lan --port web0 --json"})
    static final class ListAll implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
        private String name;

        @Option(names = "--port", paramLabel = "PORT", description = "Only entries of this port.")
        private String port;

        @Option(names = "--vlan", paramLabel = "N", description = "Only entries of this VLAN; 0 is untagged.")
        private Integer vlan;

        @Override
        public void run() {
            var table = new Table("mac", ">vlan", "port", "kind", ">age");
            daemon.list(
                    daemon.path(name) + "/macs" + query(port, vlan),
                    table,
                    entry -> addRow(table, entry),
                    "the MAC table is empty: the switch learns addresses from frames that it receives");
        }

        private static void addRow(Table table, Json entry) {
            boolean isStatic = entry.path("static").asBoolean();
            table.row(
                    entry.path("mac").asString(),
                    vlanOf(entry),
                    entry.path("port").asString(),
                    isStatic ? "static" : "dynamic",
                    isStatic
                            ? null
                            : Quantity.duration(entry.path("age-seconds").asLong()));
        }
    }

    @Command(
            name = "add",
            description = "Add a static entry: it binds a MAC address to a port and neither ages nor moves.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  tapswitch mac add lan 02:00:00:00:00:01 web0",
                "  tapswitch mac add 02:00:00:00:00:01 web0 --vlan 10"
            })
    static final class Add implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(
                arity = "2..3",
                paramLabel = "[SWITCH] MAC PORT",
                hideParamSyntax = true,
                description = "The MAC address and its port; SWITCH is optional if there is only one.")
        private List<String> names;

        @Option(names = "--vlan", paramLabel = "N", description = "The VLAN; 0 (the default) is untagged.")
        private Integer vlan;

        @Override
        public void run() {
            var mac = names.get(names.size() - 2);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("mac", mac);
            body.put("port", names.getLast());
            putIfGiven(body, "vlan", vlan);
            var path = daemon.path(names.size() == 3 ? names.getFirst() : null) + "/macs";
            daemon.print(daemon.api().post(path, body), answer -> mac + " bound to port " + names.getLast() + "\n");
        }
    }

    @Command(
            name = "del",
            aliases = "delete",
            description = "Delete an entry, dynamic or static.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch mac del lan 02:00:00:00:00:01")
    static final class Delete implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(
                arity = "1..2",
                paramLabel = "[SWITCH] MAC",
                hideParamSyntax = true,
                description = "The MAC address; SWITCH is optional if there is only one.")
        private List<String> names;

        @Option(names = "--vlan", paramLabel = "N", description = "The VLAN; 0 (the default) is untagged.")
        private Integer vlan;

        @Override
        public void run() {
            var path = daemon.path(names.size() == 2 ? names.getFirst() : null) + "/macs/"
                    + ApiClient.segment(names.getLast()) + query(null, vlan);
            daemon.print(daemon.api().delete(path), answer -> names.getLast() + " deleted\n");
        }
    }

    @Command(
            name = "flush",
            description = "Delete all dynamic entries, or those of a port or a VLAN. Static entries stay.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch mac flush", "  tapswitch mac flush lan --port web0"})
    static final class Flush implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
        private String name;

        @Option(names = "--port", paramLabel = "PORT", description = "Only entries of this port.")
        private String port;

        @Option(names = "--vlan", paramLabel = "N", description = "Only entries of this VLAN; 0 is untagged.")
        private Integer vlan;

        @Override
        public void run() {
            daemon.print(
                    daemon.api().delete(daemon.path(name) + "/macs" + query(port, vlan)),
                    answer -> Quantity.count(answer.path("flushed").asLong(), "entry", "entries") + " deleted\n");
        }
    }

    /** The VLAN of an entry as text; null for untagged. */
    static String vlanOf(Json entry) {
        int vlan = entry.path("vlan").asInt();
        return vlan == 0 ? null : Integer.toString(vlan);
    }

    private static String query(String port, Integer vlan) {
        var parts = new ArrayList<String>();
        if (port != null) parts.add("port=" + ApiClient.segment(port));
        if (vlan != null) parts.add("vlan=" + vlan);
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }
}
