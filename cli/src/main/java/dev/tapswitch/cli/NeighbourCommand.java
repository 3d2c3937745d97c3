package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "neigh",
        description = "Show and flush the neighbour table: the MAC address and port of each IP address.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {NeighbourCommand.ListAll.class, NeighbourCommand.Flush.class},
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch neigh list", "  tapswitch neigh flush lan"})
final class NeighbourCommand extends CommandGroup {
    @Command(
            name = "list",
            description = "List the entries: dynamic (learned from ARP and Neighbour Discovery) and static.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch neigh list", "  tapswitch neigh list lan --json"})
    static final class ListAll implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
        private String name;

        @Override
        public void run() {
            var table = new Table("address", "mac", ">vlan", "port", "kind", ">age");
            daemon.list(
                    daemon.path(name) + "/neighbours",
                    table,
                    entry -> addRow(table, entry),
                    "the neighbour table is empty: the switch learns from ARP and Neighbour Discovery");
        }

        private static void addRow(Table table, Json entry) {
            boolean isStatic = entry.path("static").asBoolean();
            table.row(
                    entry.path("address").asString(),
                    entry.path("mac").asString(),
                    MacCommand.vlanOf(entry),
                    entry.path("port").asString(""),
                    isStatic ? "static" : "dynamic",
                    isStatic
                            ? null
                            : Quantity.duration(entry.path("age-seconds").asLong()));
        }
    }

    @Command(
            name = "flush",
            description = "Delete all dynamic entries. Static entries stay.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch neigh flush lan")
    static final class Flush implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
        private String name;

        @Override
        public void run() {
            daemon.print(
                    daemon.api().delete(daemon.path(name) + "/neighbours"),
                    answer -> Quantity.count(answer.path("flushed").asLong(), "entry", "entries") + " deleted\n");
        }
    }
}
