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
        description = "Run labs: namespaces, addresses and switches from one file.",
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
            description = "Start the lab that FILE describes, or apply the changes of FILE to the running lab.",
            footerHeading = "%nExample:%n",
            footer = "  tapswitch lab up config/labs/three-nodes.yaml")
    static final class Up implements Runnable {
        @Parameters(paramLabel = "FILE", description = "The lab file (YAML).")
        private Path file;

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            long start = System.nanoTime();
            var out = spec.commandLine().getOut();
            List<String> changes;
            try (var progress = ProgressLine.counting(out, Terminal.attached())) {
                changes = LabUp.run(file, progress);
            }
            print(out, changes, "the lab is up to date: nothing changed");
            out.printf("up in %.1f s%n", (System.nanoTime() - start) / 1e9);
            out.flush();
        }
    }

    @Command(
            name = "down",
            description = {
                "Stop the lab.",
                "Ends its daemon, deletes the namespaces it created with the processes in them, and deletes its files."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch lab down three-nodes", "  tapswitch lab down config/labs/three-nodes.yaml"})
    static final class Down implements Runnable {
        @Parameters(paramLabel = "NAME|FILE", description = "The name of the lab, or its file.")
        private String lab;

        @Spec
        private CommandSpec spec;

        @Override
        public void run() {
            var out = spec.commandLine().getOut();
            List<String> changes;
            try (var progress = ProgressLine.counting(out, Terminal.attached())) {
                changes = LabDown.run(LabDown.find(lab), progress);
            }
            print(out, changes, "lab " + lab + " is not running");
        }
    }

    @Command(
            name = "exec",
            description = "Run a command in a node. Input, output and exit code are those of the command.",
            footerHeading = "%nExamples:%n",
            footer = {"  tapswitch lab exec a ping -c 3 198.18.0.2", "  tapswitch lab exec three-nodes/a bash"})
    static final class Exec implements Callable<Integer> {
        @Parameters(
                index = "0",
                paramLabel = "NODE",
                description = "The node: NODE, or LAB/NODE if several labs have it.")
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
            description = "List the labs that are running or were left behind.",
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
                        lab.pid() == 0 ? "dead (start it with 'lab up')" : "pid " + lab.pid(),
                        lab.home().socket());
                var entry = json.addObject().put("name", lab.name()).put("pid", lab.pid());
                entry.put("socket", lab.home().socket().toString());
                var nodes = entry.putArray("nodes");
                lab.nodes().forEach(nodes::add);
            }
            daemon.print(json, answer -> table.orElse("no lab is running"));
        }
    }

    private static void print(PrintWriter out, List<String> changes, String none) {
        if (changes.isEmpty()) out.println(none);
        changes.forEach(out::println);
        out.flush();
    }
}
