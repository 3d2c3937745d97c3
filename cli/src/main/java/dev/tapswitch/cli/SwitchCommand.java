package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.schema.SwitchSchema;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "switch",
        description = "Show, add and delete switches.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            SwitchCommand.Add.class,
            SwitchCommand.Delete.class,
            SwitchCommand.ListAll.class,
            SwitchCommand.Show.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch switch add lan --arp direct --ageing 5m", "  tapswitch switch list"})
final class SwitchCommand extends CommandGroup {
    @Command(
            name = "add",
            modelTransformer = SettingOptions.OfNewSwitch.class,
            description = {"Add a switch.", "Settings that are not given have the defaults of the configuration file."},
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch switch add lan", "  tapswitch switch add lan --arp flood --ageing 60s"})
    static final class Add implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(paramLabel = "NAME", description = "The name of the switch.")
        private String name;

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", name);
            body.putAll(SettingOptions.given(spec, SwitchSchema.ALL));
            daemon.print(daemon.api().post("/v1/switches", body), answer -> "switch " + name + " added\n");
        }
    }

    @Command(
            name = "del",
            aliases = "delete",
            description = "Delete a switch and its ports.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch switch del lan")
    static final class Delete implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(paramLabel = "SWITCH", description = "The switch.")
        private String name;

        @Override
        public void run() {
            daemon.print(daemon.api().delete(daemon.path(name)), answer -> "switch " + name + " deleted\n");
        }
    }

    @Command(
            name = "list",
            description = "List the switches.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch switch list", "  tapswitch switch list --json | jq -r '.[].name'"})
    static final class ListAll implements Runnable {
        @Mixin
        private Connection daemon;

        @Override
        public void run() {
            daemon.print(daemon.api().get("/v1/switches"), ListAll::table);
        }

        private static String table(Json switches) {
            var table = new Table("switch", "arp", ">ageing", ">ports", ">up", ">macs", ">capacity", ">neighbours");
            for (var sw : switches) {
                table.row(
                        sw.path("name").asString(),
                        sw.path("arp").asString(),
                        sw.path("ageing-seconds").asLong() + " s",
                        Quantity.count(sw.path("ports").asLong()),
                        Quantity.count(sw.path("ports-up").asLong()),
                        Quantity.count(sw.path("macs").asLong()),
                        Quantity.count(sw.path("mac-capacity").asLong()),
                        Quantity.count(sw.path("neighbours").asLong()));
            }
            return table.orElse("there are no switches: add one with 'tapswitch switch add NAME'");
        }
    }

    @Command(
            name = "show",
            description = "Show one switch: its settings and its ports.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch switch show lan")
    static final class Show implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
        private String name;

        @Override
        public void run() {
            daemon.print(daemon.api().get(daemon.path(name)), Show::text);
        }

        private static String text(Json sw) {
            return "switch " + sw.path("name").asString() + ": arp "
                    + sw.path("arp").asString() + ", ageing "
                    + Quantity.duration(sw.path("ageing-seconds").asLong()) + ", "
                    + Quantity.count(sw.path("macs").asLong()) + " of "
                    + Quantity.count(sw.path("mac-capacity").asLong()) + " MACs, "
                    + Quantity.count(sw.path("neighbours").asLong()) + " neighbours\n\n"
                    + PortCommand.table(ShowCommand.ports(sw));
        }
    }
}
