package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "status",
        description = "Show version, uptime, event loop, memory and problems of the daemon.",
        footerHeading = "%nExamples:%n",
        footer = {"  tapswitch status", "  tapswitch status --json | jq '.\"ports-up\"'"})
final class StatusCommand implements Runnable {
    @Mixin
    private Connection daemon;

    @Override
    public void run() {
        daemon.print(daemon.api().get("/v1/status"), StatusCommand::text);
    }

    /** One line for each problem with the state files. */
    private static String stateProblems(Json status) {
        var lines = new StringBuilder();
        for (var problem : status.path("state-problems"))
            lines.append("PROBLEM   ").append(problem.asString("")).append('\n');
        return lines.toString();
    }

    private static String text(Json status) {
        var why = status.path("io-why").asString("");
        var config = status.path("config").asString("");
        var stuck = status.path("stuck-command").asString("");
        return "tapswitch " + status.path("version").asString("?") + ", pid "
                + status.path("pid").asLong() + ", up "
                + Quantity.duration(status.path("uptime-seconds").asLong()) + "\n"
                + "io        " + status.path("io").asString("?") + (why.isEmpty() ? "" : " (" + why + ")") + "\n"
                + "workers   " + status.path("workers").asInt() + "\n"
                + "config    " + (config.isEmpty() ? "-" : config) + "\n"
                + "switches  " + status.path("switches").asInt() + "\n"
                + "ports     " + status.path("ports-up").asInt() + " up of "
                + status.path("ports").asInt() + "\n"
                + fastPath(status.path("fast-path"))
                + "heap      " + Quantity.bytes(status.path("heap-bytes").asLong()) + "\n"
                + (stuck.isEmpty()
                        ? ""
                        : "stuck     " + stuck + " does not end, and changes of container networks wait for it\n")
                + slowReceivers(status)
                + stateProblems(status);
    }

    private static String fastPath(Json fastPath) {
        var ports = fastPath.path("ports").asInt();
        var whyNot = fastPath.path("why-not").asString("");
        if (!fastPath.has("works")) return ""; // A daemon of an older version does not report it.
        if (!whyNot.isEmpty()) return "fast path does not work here: " + whyNot + "\n";
        return "fast path " + (ports == 0 ? "no ports of kind veth" : Quantity.count(ports, "port", "ports")) + "\n";
    }

    private static String slowReceivers(Json status) {
        var ports =
                status.path("slow-receivers").valueStream().map(Json::asString).toList();
        return ports.isEmpty() ? "" : "slow      " + String.join(", ", ports) + ": see 'tapswitch port show'\n";
    }
}
