package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "ports",
        description = {
            "List the published ports of containers.",
            "'docker ps' does not show those of tapswitch networks."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch ports", "  tapswitch ports --json"})
final class PortsCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Override
    public void run() {
        daemon.print(daemon.api().get("/v1/published-ports"), PortsCommand::table);
    }

    private static String table(Json ports) {
        var table = new Table("host", ">port", "protocol", "container", ">port", "switch");
        for (var port : ports) {
            var address = port.path("host-address").asString("");
            table.row(
                    address.isEmpty() ? "*" : address,
                    port.path("host-port").asInt(),
                    port.path("protocol").asString(),
                    port.path("container-addresses")
                            .valueStream()
                            .map(Json::asString)
                            .collect(Collectors.joining(" ")),
                    port.path("container-port").asInt(),
                    port.path("switch").asString());
        }
        return table.orElse("no ports are published: publish one with 'docker run -p 8080:80' on a tapswitch network");
    }
}
