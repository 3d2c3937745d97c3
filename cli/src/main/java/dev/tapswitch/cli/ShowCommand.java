package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.control.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "All switches with their ports, like 'brctl show'.",
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch show", "  tapswitch show lan"})
final class ShowCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "Only this one.")
    private String name;

    @Override
    public void run() {
        var shown = Json.array();
        for (var each : daemon.api().get("/v1/switches")) {
            var its = each.path("name").asString();
            if (name == null || name.equals(its)) shown.add(daemon.api().get("/v1/switches/" + ApiClient.segment(its)));
        }
        if (name != null && shown.isEmpty())
            throw new CommandException("there is no switch \"" + name + "\": see 'tapswitch switch list'");
        daemon.print(shown, ShowCommand::forPeople);
    }

    private static String forPeople(Json switches) {
        var table = new Table("switch", "arp", ">ageing", ">macs", "port", "state", "namespace", "device");
        for (var each : switches) {
            boolean first = true;
            var ports = ports(each);
            if (ports.isEmpty()) table.row(head(each, true, null));
            for (var port : ports) {
                table.row(head(each, first, port));
                first = false;
            }
        }
        return table.orElse("no switches: make one with 'tapswitch switch add NAME'");
    }

    /** The ports of one switch as the API nests them. */
    static Json ports(Json one) {
        return one.has("port-list") ? one.path("port-list") : one.path("ports");
    }

    private static Object[] head(Json one, boolean first, Json port) {
        return new Object[] {
            first ? one.path("name").asString() : " ",
            first ? one.path("arp").asString() : " ",
            first ? one.path("ageing-seconds").asLong() + " s" : " ",
            first ? Quantity.count(one.path("macs").asLong()) : " ",
            port == null ? null : port.path("name").asString(),
            port == null ? null : PortCommand.state(port),
            port == null ? null : port.path("namespace").asString(),
            port == null ? null : port.path("device").asString(),
        };
    }
}
