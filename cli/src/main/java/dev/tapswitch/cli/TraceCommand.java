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
            "What happens to frames as they pass, or, with --in, what would happen to one.",
            "The second learns and counts nothing."
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

    @Parameters(arity = "0..1", paramLabel = "SWITCH", description = "Which; needless when there is one only.")
    private String name;

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "5", description = "How long to watch; 5 by default.")
    private int seconds;

    @Option(names = "--max", paramLabel = "N", defaultValue = "1000", description = "Stop after so many frames.")
    private int max;

    @Option(names = "--port", paramLabel = "PORT", description = "Only frames that come in here.")
    private String port;

    @Option(names = "--in", paramLabel = "PORT", description = "Where the supposed frame comes in.")
    private String in;

    @Option(names = "--from", paramLabel = "MAC", description = "Its source.")
    private String from;

    @Option(names = "--to", paramLabel = "MAC", description = "Its destination; broadcast with --arp-for.")
    private String to;

    @Option(names = "--vlan", paramLabel = "N", description = "Its VLAN tag; none by default.")
    private Integer vlan;

    @Option(names = "--ethertype", paramLabel = "TYPE", description = "Its ethertype, as 0x0800 or ipv4.")
    private String ethertype;

    @Option(names = "--arp-for", paramLabel = "IP", description = "It asks for the MAC of this address.")
    private String arpFor;

    @Override
    public void run() {
        if (in != null) suppose();
        else if (from != null || to != null || arpFor != null)
            throw new ParameterException(spec.commandLine(), "say with --in PORT where the frame comes in");
        else watch();
    }

    private void suppose() {
        if (from == null) throw new ParameterException(spec.commandLine(), "say with --from MAC who sends the frame");
        if (to == null && arpFor == null)
            throw new ParameterException(spec.commandLine(), "say with --to MAC where the frame goes");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("in", in);
        body.put("source", from);
        body.put("destination", to == null ? BROADCAST : to);
        CommandGroup.putGiven(body, "vlan", vlan);
        CommandGroup.putGiven(body, "ethertype", ethertype);
        CommandGroup.putGiven(body, "arp-target", arpFor);
        daemon.print(daemon.api().post(daemon.path(name) + "/trace", body), TraceCommand::verdict);
    }

    private void watch() {
        var path = daemon.path(name) + "/trace?seconds=" + seconds + "&max=" + max
                + (port == null ? "" : "&port=" + ApiClient.segment(port));
        if (!daemon.json()) {
            daemon.out().println("   time ms  " + "way".indent(0).strip());
            daemon.out().flush();
        }
        var seen = new int[1];
        daemon.api().stream(path, Duration.ofSeconds(seconds), frame -> {
            daemon.out().println(daemon.json() ? frame.toString() : line(frame));
            daemon.out().flush();
            seen[0]++;
        });
        if (seen[0] == 0 && !daemon.json()) daemon.out().println("no frame passed within " + seconds + " s");
    }

    /** One frame as it passed, on one line. */
    static String line(Json frame) {
        return String.format(
                Locale.ROOT,
                "%10.3f  %-24s %6d B  %s",
                frame.path("time-ms").asDouble(),
                frame.path("in").asString("?") + " -> " + way(frame),
                frame.path("length").asLong(),
                frame.path("summary").asString(""));
    }

    private static String way(Json frame) {
        var reason = frame.path("drop-reason").asString("");
        var decision = frame.path("decision").asString("?");
        if (decision.equals("drop")) return "dropped: " + reason;
        var out = outOf(frame);
        return switch (decision) {
            case "reply" -> "answered by the switch";
            case "flood" -> out.isEmpty() ? "flood" : "flood: " + out;
            default -> out.isEmpty() ? decision : out;
        };
    }

    private static String verdict(Json frame) {
        var reason = frame.path("drop-reason").asString("");
        var out = outOf(frame);
        return "decision  " + frame.path("decision").asString("?") + (reason.isEmpty() ? "" : " (" + reason + ")")
                + "\n"
                + "out       " + (out.isEmpty() ? "-" : out) + "\n"
                + "why       " + frame.path("why").asString("-") + "\n";
    }

    private static String outOf(Json frame) {
        return frame.path("out").valueStream().map(Json::asString).collect(Collectors.joining(","));
    }
}
