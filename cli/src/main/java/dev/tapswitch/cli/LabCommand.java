package dev.tapswitch.cli;

import dev.tapswitch.cli.lab.LabDown;
import dev.tapswitch.cli.lab.LabExec;
import dev.tapswitch.cli.lab.LabUp;
import dev.tapswitch.cli.lab.RunningLab;
import dev.tapswitch.control.json.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "lab",
        description = "Labs: namespaces, addresses and switches from one file.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {LabCommand.Up.class, LabCommand.Down.class, LabCommand.Exec.class, LabCommand.ListAll.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  tapswitch lab up config/labs/three-nodes.yaml",
            "  tapswitch lab exec a ping -c 3 198.18.0.2",
            "  tapswitch lab down three-nodes"
        })
final class LabCommand extends CommandGroup {
    @Command(
            name = "up",
            description = "Make the lab be as its file says; a second time applies only what changed.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch lab up config/labs/three-nodes.yaml")
    static final class Up implements Runnable {
        @Parameters(paramLabel = "FILE", description = "The lab, YAML.")
        private Path file;

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            long start = System.nanoTime();
            var out = spec.commandLine().getOut();
            say(out, LabUp.run(file), "the lab is as its file says, nothing changed");
            out.printf("up in %.1f s%n", (System.nanoTime() - start) / 1e9);
        }
    }

    @Command(
            name = "down",
            description = "Take the lab down: its daemon, the namespaces it made and what runs in them, its files.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch lab down three-nodes", "  tapswitch lab down config/labs/three-nodes.yaml"})
    static final class Down implements Runnable {
        @Parameters(paramLabel = "NAME|FILE", description = "Which.")
        private String lab;

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            say(spec.commandLine().getOut(), LabDown.run(LabDown.find(lab)), "no such lab is up");
        }
    }

    @Command(
            name = "exec",
            description = "Run a command in a node; its input, output and exit code are the command's.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch lab exec a ping -c 3 198.18.0.2", "  tapswitch lab exec three-nodes/a bash"})
    static final class Exec implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "NODE", description = "NODE, or LAB/NODE.")
        private String node;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "The command and its arguments.")
        private List<String> command;

        @Override
        public Integer call() {
            return LabExec.run(RunningLab.namespaceOf(node), command);
        }
    }

    @Command(
            name = "list",
            description = "Labs that are up, or were left behind.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch lab list")
    static final class ListAll implements Runnable {
        @Mixin
        private Connection daemon;

        @Override
        public void run() {
            var labs = RunningLab.all();
            var table = new Table("lab", ">nodes", "daemon", "socket");
            var json = Json.array();
            for (var lab : labs) {
                table.row(
                        lab.name(),
                        lab.nodes().size(),
                        lab.pid() == 0 ? "dead: 'lab up' starts it again" : "pid " + lab.pid(),
                        lab.home().socket());
                var one = json.addObject().put("name", lab.name()).put("pid", lab.pid());
                one.put("socket", lab.home().socket().toString());
                var nodes = one.putArray("nodes");
                lab.nodes().forEach(nodes::add);
            }
            daemon.print(json, answer -> table.orElse("no lab is up"));
        }
    }

    private static void say(PrintWriter out, List<String> done, String nothing) {
        if (done.isEmpty()) out.println(nothing);
        done.forEach(out::println);
        out.flush();
    }
}
