package dev.tapswitch.cli;

import dev.tapswitch.control.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "fast-path",
        description = "Show the kernel fast path of veth ports.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = FastPathCommand.Show.class,
        footerHeading = "%nExample:%n",
        footer = "  tapswitch fast-path show")
final class FastPathCommand extends CommandGroup {
    @Command(
            name = "show",
            description = {
                "Show which part of each port's frames the kernel forwards, and how full its maps are.",
                "With --programs, also show the programs that the kernel runs."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch fast-path show", "  tapswitch fast-path show --programs"})
    static final class Show implements Runnable {
        @Mixin
        private Connection daemon;

        @Option(names = "--programs", description = "Show the programs, in the notation of the kernel's verifier.")
        private boolean programs;

        @Override
        public void run() {
            daemon.print(daemon.api().get("/v1/fast-path"), answer -> text(answer, programs));
        }
    }

    static String text(Json fastPath, boolean hasPrograms) {
        if (!fastPath.path("works").asBoolean())
            return "the kernel fast path does not work here: "
                    + fastPath.path("why-not").asString("") + "\n";
        if (fastPath.path("ports").asInt() == 0)
            return "no port has the kernel fast path: add one with 'tapswitch port add NAME --namespace NS --kind veth'\n";
        var text = new StringBuilder();
        text.append("attached  by ")
                .append(fastPath.path("attachment").asString(""))
                .append('\n');
        text.append("ports     ").append(fill(fastPath, "ports")).append('\n');
        text.append("stations  ").append(fill(fastPath, "stations")).append("\n\n");
        text.append(ports(fastPath.path("port-list")));
        if (hasPrograms) {
            for (var program : fastPath.path("programs").properties())
                text.append('\n')
                        .append(program.getKey())
                        .append(":\n")
                        .append(program.getValue().asString(""));
        }
        return text.toString();
    }

    private static String fill(Json fastPath, String what) {
        return Quantity.count(fastPath.path(what).asLong()) + " of "
                + Quantity.count(fastPath.path("max-" + what).asLong());
    }

    private static Table ports(Json list) {
        var table = new Table(
                "switch", "port", ">stations", ">rx fast", ">rx slow", ">fast", ">tx fast", ">tx slow", "note");
        for (var port : list) {
            long fast = port.path("fast-rx-frames").asLong();
            long slow = port.path("slow-rx-frames").asLong();
            table.row(
                    port.path("switch").asString(),
                    port.path("port").asString(),
                    Quantity.count(port.path("stations").asLong()),
                    Quantity.count(fast),
                    Quantity.count(slow),
                    fast + slow == 0 ? "-" : 100 * fast / (fast + slow) + " %",
                    Quantity.count(port.path("fast-tx-frames").asLong()),
                    Quantity.count(port.path("slow-tx-frames").asLong()),
                    why(port));
        }
        return table;
    }

    private static String why(Json port) {
        var why = port.path("why-slow").asString("");
        return why.isEmpty() ? "" : "all slow: " + why;
    }
}
