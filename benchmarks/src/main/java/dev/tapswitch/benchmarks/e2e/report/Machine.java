package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.testbed.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A description of the machine. Results mean nothing without it. */
public final class Machine {
    private Machine() {}

    /** Names and values for the report. */
    public static Map<String, String> describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("CPU", field("/proc/cpuinfo", "model name"));
        facts.put("CPUs", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", field("/proc/meminfo", "MemTotal"));
        facts.put("kernel", System.getProperty("os.version") + " " + System.getProperty("os.arch"));
        facts.put("distribution", field("/etc/os-release", "PRETTY_NAME").replace("\"", ""));
        facts.put("JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("virtual", field("/proc/cpuinfo", "flags").contains("hypervisor") ? "yes, a guest" : "no");
        facts.put("gcc", firstLine("gcc", "--version"));
        facts.put("iperf3", firstLine("iperf3", "--version"));
        facts.put("Open vSwitch", firstLine("ovs-vswitchd", "--version"));
        facts.put("VDE2", firstLine("dpkg-query", "-W", "-f", "${Version}", "vde2"));
        facts.put("load before", field("/proc/loadavg", ""));
        return facts;
    }

    private static String field(String file, String name) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(name.equals("PRETTY_NAME") ? '=' : ':') + 1)
                            .strip())
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String firstLine(String... words) {
        try {
            return Command.run(words).output().lines().findFirst().orElse("none");
        } catch (RuntimeException e) {
            return "none";
        }
    }
}
