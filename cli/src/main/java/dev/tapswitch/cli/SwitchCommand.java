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
        description = "Make, delete and look at switches.",
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
            description = "Make a switch. What is not said takes the default of the config file.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch switch add lan", "  tapswitch switch add lan --arp flood --ageing 60s"})
    static final class Add implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(paramLabel = "NAME", description = "Its name.")
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

        @Parameters(paramLabel = "SWITCH", description = "Which.")
        private String name;

        @Override
        public void run() {
            daemon.print(daemon.api().delete(daemon.path(name)), answer -> "switch " + name + " deleted\n");
        }
    }

    @Command(
            name = "list",
            description = "All switches.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch switch list", "  tapswitch switch list --json | jq -r '.[].name'"})
    static final class ListAll implements Runnable {
        @Mixin
        private Connection daemon;

        @Override
        public void run() {
            daemon.print(daemon.api().get("/v1/switches"), ListAll::forPeople);
        }

        private static String forPeople(Json switches) {
            var table = new Table("switch", "arp", ">ageing", ">ports", ">up", ">macs", ">capacity", ">neighbours");
            for (var each : switches) {
                table.row(
                        each.path("name").asString(),
                        each.path("arp").asString(),
                        each.path("ageing-seconds").asLong() + " s",
                        Quantity.count(each.path("ports").asLong()),
                        Quantity.count(each.path("ports-up").asLong()),
                        Quantity.count(each.path("macs").asLong()),
                        Quantity.count(each.path("mac-capacity").asLong()),
                        Quantity.count(each.path("neighbours").asLong()));
            }
            return table.orElse("no switches: make one with 'tapswitch switch add NAME'");
        }
    }

    @Command(
            name = "show",
            description = "One switch: its settings and its ports.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch switch show lan")
    static final class Show implements Runnable {
        @Mixin
        private Connection daemon;

        @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "Which; needless when there is one only.")
        private String name;

        @Override
        public void run() {
            daemon.print(daemon.api().get(daemon.path(name)), Show::forPeople);
        }

        private static String forPeople(Json one) {
            return "switch " + one.path("name").asString() + ": arp "
                    + one.path("arp").asString() + ", ageing "
                    + Quantity.duration(one.path("ageing-seconds").asLong()) + ", "
                    + Quantity.count(one.path("macs").asLong()) + " of "
                    + Quantity.count(one.path("mac-capacity").asLong()) + " MACs, "
                    + Quantity.count(one.path("neighbours").asLong()) + " neighbours\n\n"
                    + PortCommand.table(ShowCommand.ports(one));
        }
    }
}
