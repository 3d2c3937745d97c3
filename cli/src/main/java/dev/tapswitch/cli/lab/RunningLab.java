package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A lab as {@code lab list} shows it.
 *
 * @param pid the pid of its daemon; 0 if the daemon is dead
 */
public record RunningLab(String name, long pid, List<String> nodes, LabHome home) {
    /** All labs, sorted by name. */
    public static List<RunningLab> all() {
        try {
            var labs = new ArrayList<RunningLab>();
            for (var home : LabHome.all()) {
                long pid =
                        new DaemonProcess(home).find().map(ProcessHandle::pid).orElse(0L);
                var nodes = new LabRecord(home)
                        .entries().stream().map(LabRecord.Entry::node).toList();
                labs.add(new RunningLab(home.name(), pid, nodes, home));
            }
            return labs;
        } catch (IOException e) {
            throw new LabException("cannot list labs: " + e.getMessage());
        }
    }

    /** The namespace of a node. {@code node} is NODE, or LAB/NODE if several labs have such a node. */
    public static String namespaceOf(String node) {
        var found = new ArrayList<String>();
        var namespaces = new ArrayList<String>();
        for (var lab : all()) {
            for (var entry : new LabRecord(lab.home()).entries()) {
                var full = lab.name() + "/" + entry.node();
                if (!node.equals(entry.node()) && !node.equals(full)) continue;
                found.add(full);
                namespaces.add(entry.namespace());
            }
        }
        if (found.isEmpty()) throw new LabException("no lab has a node \"" + node + "\": see 'tapswitch lab list'");
        if (found.size() > 1)
            throw new LabException("several labs have a node \"" + node + "\": use " + String.join(" or ", found));
        return namespaces.getFirst();
    }
}
