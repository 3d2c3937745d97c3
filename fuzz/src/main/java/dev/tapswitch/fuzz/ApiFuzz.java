package dev.tapswitch.fuzz;

import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sends bytes to the control socket: the daemon replies or closes the connection, and no reply reports a bug. An input is a list of
 * requests, separated by empty lines, each with a line {@code METHOD PATH} and a body; or a line {@code RAW} and bytes that are sent
 * unchanged.
 */
public final class ApiFuzz {
    private static final String RAW = "RAW\n";

    private ApiFuzz() {}

    /** Jazzer calls this before the first input. Starting the daemon does not count in the time of an input. */
    public static void fuzzerInitialize() {
        FuzzedDaemon.instance();
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        FuzzedDaemon daemon = FuzzedDaemon.instance();
        String text = new String(input, StandardCharsets.UTF_8);
        if (text.startsWith(RAW)) {
            byte[] rest = Arrays.copyOfRange(input, RAW.length(), input.length);
            daemon.exchange(daemon.api(), List.of(rest), false);
            return;
        }
        List<byte[]> requests = requests(text);
        // The reply to a trace request is a stream that does not end by itself.
        boolean isStream = text.contains("trace");
        if (!requests.isEmpty()) daemon.exchange(daemon.api(), requests, !isStream);
        reset(daemon);
    }

    /** The requests in an input. The last one requests that the connection be closed. */
    static List<byte[]> requests(String text) {
        List<byte[]> requests = new ArrayList<>();
        String[] parts = text.split("\n\n", 5);
        for (int i = 0; i < parts.length; i++) {
            String[] lines = parts[i].split("\n", 2);
            String[] words = lines[0].split(" ", 2);
            boolean isRequest =
                    words.length == 2 && (words[0] + words[1]).chars().allMatch(c -> c > ' ' && c < 0x7F);
            if (isRequest)
                requests.add(FuzzedDaemon.request(
                        words[0], words[1], lines.length > 1 ? lines[1] : "", i == parts.length - 1));
        }
        // The server closes the connection only after it has replied to a valid last request.
        if (!requests.isEmpty()) requests.add(FuzzedDaemon.request("GET", "/v1/nothing", "", true));
        return requests;
    }

    /** Deletes the switches that an input has added, and the ports that it has added to the configured switch. */
    private static void reset(FuzzedDaemon daemon) throws IOException {
        List<byte[]> requests = new ArrayList<>();
        Json state = daemon.state("state.json");
        for (var added : state.path("switches").properties())
            requests.add(FuzzedDaemon.request("DELETE", "/v1/switches/" + encoded(added.getKey()), "", false));
        for (var added : state.path("additions").path("lan").path("ports").properties())
            requests.add(
                    FuzzedDaemon.request("DELETE", "/v1/switches/lan/ports/" + encoded(added.getKey()), "", false));
        requests.add(FuzzedDaemon.request("POST", "/v1/reload", "", true));
        daemon.exchange(daemon.api(), requests, true);
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
