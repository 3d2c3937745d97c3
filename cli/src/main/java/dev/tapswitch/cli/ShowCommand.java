package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.control.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Show all switches with their ports, like 'brctl show'.",
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch show", "  tapswitch show lan"})
final class ShowCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "Only this switch.")
    private String name;

    @Override
    public void run() {
        var shown = Json.array();
        for (var sw : daemon.api().get("/v1/switches")) {
            var found = sw.path("name").asString();
            if (name == null || name.equals(found))
                shown.add(daemon.api().get("/v1/switches/" + ApiClient.segment(found)));
        }
        if (name != null && shown.isEmpty())
            throw new CommandException("there is no switch \"" + name + "\": see 'tapswitch switch list'");
        daemon.print(shown, ShowCommand::table);
    }

    private static String table(Json switches) {
        var table = new Table("switch", "arp", ">ageing", ">macs", "port", "state", "namespace", "device");
        for (var sw : switches) {
            boolean first = true;
            var ports = ports(sw);
            if (ports.isEmpty()) table.row(row(sw, true, null));
            for (var port : ports) {
                table.row(row(sw, first, port));
                first = false;
            }
        }
        return table.orElse("there are no switches: add one with 'tapswitch switch add NAME'");
    }

    /** The ports in the API's description of a switch. */
    static Json ports(Json sw) {
        return sw.has("port-list") ? sw.path("port-list") : sw.path("ports");
    }

    /** @param first whether this is the first row of the switch; the others leave its columns empty */
    private static Object[] row(Json sw, boolean first, Json port) {
        return new Object[] {
            first ? sw.path("name").asString() : " ",
            first ? sw.path("arp").asString() : " ",
            first ? sw.path("ageing-seconds").asLong() + " s" : " ",
            first ? Quantity.count(sw.path("macs").asLong()) : " ",
            port == null ? null : port.path("name").asString(),
            port == null ? null : PortCommand.state(port),
            port == null ? null : port.path("namespace").asString(),
            port == null ? null : port.path("device").asString(),
        };
    }
}
