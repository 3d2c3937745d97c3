package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.control.json.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "trace",
        description = {
            "Show received frames and what the switch does with them.",
            "With --in, show what it would do with a given frame, which is not sent, learned or counted."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tapswitch trace lan --seconds 5",
            "  tapswitch trace --port web0 --max 20 --json",
            "  tapswitch trace lan --in web0 --from 02:00:00:00:00:01 --to 02:00:00:00:00:02",
            "  tapswitch trace lan --in web0 --from 02:00:00:00:00:01 --arp-for 198.18.0.2"
        })
final class TraceCommand implements Runnable {
    private static final String BROADCAST = "ff:ff:ff:ff:ff:ff";

    @Mixin
    private Connection daemon;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "The switch; optional if there is only one.")
    private String name;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "The duration of the trace; 5 by default.")
    private int seconds;

    @Option(
            names = "--max",
            paramLabel = "N",
            defaultValue = "1000",
            description = "End after N frames; 1000 by default.")
    private int max;

    @Option(names = "--port", paramLabel = "PORT", description = "Only frames received on this port.")
    private String port;

    @Option(names = "--in", paramLabel = "PORT", description = "The ingress port of the given frame.")
    private String in;

    @Option(names = "--from", paramLabel = "MAC", description = "The source address of the given frame.")
    private String from;

    @Option(
            names = "--to",
            paramLabel = "MAC",
            description = "The destination address of the given frame; broadcast by default with --arp-for.")
    private String to;

    @Option(names = "--vlan", paramLabel = "N", description = "The VLAN of the given frame; untagged by default.")
    private Integer vlan;

    @Option(
            names = "--ethertype",
            paramLabel = "TYPE",
            description = "The ethertype of the given frame, for example 0x0800 or ipv4.")
    private String ethertype;

    @Option(names = "--arp-for", paramLabel = "IP", description = "The given frame is an ARP request for this address.")
    private String arpFor;

    @Override
    public void run() {
        if (in != null) probe();
        else if (from != null || to != null || arpFor != null)
            throw new ParameterException(spec.commandLine(), "--in PORT is missing: the ingress port of the frame");
        else watch();
    }

    private void probe() {
        if (from == null)
            throw new ParameterException(spec.commandLine(), "--from MAC is missing: the source address of the frame");
        if (to == null && arpFor == null)
            throw new ParameterException(
                    spec.commandLine(), "--to MAC is missing: the destination address of the frame");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("in", in);
        body.put("source", from);
        body.put("destination", to == null ? BROADCAST : to);
        CommandGroup.putIfGiven(body, "vlan", vlan);
        CommandGroup.putIfGiven(body, "ethertype", ethertype);
        CommandGroup.putIfGiven(body, "arp-target", arpFor);
        daemon.print(daemon.api().post(daemon.path(name) + "/trace", body), TraceCommand::verdict);
    }

    private void watch() {
        var path = daemon.path(name) + "/trace?seconds=" + seconds + "&max=" + max
                + (port == null ? "" : "&port=" + ApiClient.segment(port));
        if (!daemon.json()) {
            daemon.out().printf("%10s  %-24s %8s  %s%n", "time ms", "path", "length", "frame");
            daemon.out().flush();
        }
        var seen = new int[1];
        daemon.api().stream(path, Duration.ofSeconds(seconds), frame -> {
            daemon.out().println(daemon.json() ? frame.toString() : line(frame));
            daemon.out().flush();
            if (!isGap(frame) && !isNote(frame)) seen[0]++;
        });
        if (seen[0] == 0 && !daemon.json()) daemon.out().println("no frame was received within " + seconds + " s");
    }

    /** Whether a line of the trace stands for frames that are missing. */
    private static boolean isGap(Json line) {
        return line.has("missed");
    }

    /** Whether a line is a note about the trace itself. */
    private static boolean isNote(Json line) {
        return line.has("note");
    }

    /** One line that describes a frame, a gap in the trace, or a note about it. */
    static String line(Json frame) {
        if (isNote(frame)) return "note: " + frame.path("note").asString("");
        if (isGap(frame)) {
            long missed = frame.path("missed").asLong();
            return String.format(
                    Locale.ROOT,
                    "%10.3f  %d %s missing here: more arrived than could be shown",
                    frame.path("time-ms").asDouble(),
                    missed,
                    missed == 1 ? "frame is" : "frames are");
        }
        return String.format(
                Locale.ROOT,
                "%10.3f  %-24s %6d B  %s",
                frame.path("time-ms").asDouble(),
                frame.path("in").asString("?") + " -> " + outcome(frame),
                frame.path("length").asLong(),
                frame.path("summary").asString(""));
    }

    private static String outcome(Json frame) {
        var reason = frame.path("drop-reason").asString("");
        var decision = frame.path("decision").asString("?");
        if (decision.equals("drop")) return "dropped: " + reason;
        var out = egressPorts(frame);
        return switch (decision) {
            case "reply" -> "answered by the switch";
            case "flood" -> out.isEmpty() ? "flood" : "flood: " + out;
            default -> out.isEmpty() ? decision : out;
        };
    }

    private static String verdict(Json frame) {
        var reason = frame.path("drop-reason").asString("");
        var out = egressPorts(frame);
        return "decision  " + frame.path("decision").asString("?") + (reason.isEmpty() ? "" : " (" + reason + ")")
                + "\n"
                + "out       " + (out.isEmpty() ? "-" : out) + "\n"
                + "why       " + frame.path("why").asString("-") + "\n";
    }

    private static String egressPorts(Json frame) {
        return frame.path("out").valueStream().map(Json::asString).collect(Collectors.joining(","));
    }
}
