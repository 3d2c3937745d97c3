package dev.tapswitch.fuzz;

import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Any bytes on the control socket are answered, or their connection is closed, and nothing of it is a bug. An input is requests, separated by empty
 * lines, each a line {@code METHOD PATH} and a body; or bytes as they are behind {@code RAW}.
 */
public final class ApiFuzz {
    private static final String RAW = "RAW\n";

    private ApiFuzz() {}

    /** Jazzer calls this before the first input, whose time is limited. */
    public static void fuzzerInitialize() {
        FuzzedDaemon.instance();
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        FuzzedDaemon daemon = FuzzedDaemon.instance();
        String text = new String(input, StandardCharsets.UTF_8);
        if (text.startsWith(RAW)) {
            byte[] rest = java.util.Arrays.copyOfRange(input, RAW.length(), input.length);
            daemon.exchange(daemon.api(), List.of(rest), false);
            return;
        }
        List<byte[]> requests = requests(text);
        // A stream of frames does not end by itself.
        boolean isStream = text.contains("trace");
        if (!requests.isEmpty()) daemon.exchange(daemon.api(), requests, !isStream);
        reset(daemon);
    }

    /** The last one asks for the connection to be closed. */
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
        // Only an answer to the last request closes the connection.
        if (!requests.isEmpty()) requests.add(FuzzedDaemon.request("GET", "/v1/nothing", "", true));
        return requests;
    }

    /** Removes the switches that were added, and what was added to the declared one. */
    private static void reset(FuzzedDaemon daemon) throws IOException {
        List<byte[]> requests = new ArrayList<>();
        Json kept = daemon.kept("state.json");
        for (var added : kept.path("switches").properties())
            requests.add(FuzzedDaemon.request("DELETE", "/v1/switches/" + encoded(added.getKey()), "", false));
        for (var added : kept.path("additions").path("lan").path("ports").properties())
            requests.add(
                    FuzzedDaemon.request("DELETE", "/v1/switches/lan/ports/" + encoded(added.getKey()), "", false));
        requests.add(FuzzedDaemon.request("POST", "/v1/reload", "", true));
        daemon.exchange(daemon.api(), requests, true);
    }

    private static String encoded(String name) {
        return java.net.URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
