package dev.tapswitch.fuzz;

import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Sends bytes to the socket of the Docker plugin: no reply reports a bug. Inputs have the format of {@link ApiFuzz}. */
public final class DockerFuzz {
    private DockerFuzz() {}

    /** Jazzer calls this before the first input. Starting the daemon does not count in the time of an input. */
    public static void fuzzerInitialize() {
        FuzzedDaemon.instance();
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        FuzzedDaemon daemon = FuzzedDaemon.instance();
        List<byte[]> requests = ApiFuzz.requests(new String(input, StandardCharsets.UTF_8));
        // The plugin keeps connections open: the replies are complete when no more arrive.
        if (!requests.isEmpty()) daemon.exchange(daemon.plugin(), requests, false);
        reset(daemon);
    }

    /** Deletes the networks and address pools that an input has created. */
    private static void reset(FuzzedDaemon daemon) throws IOException {
        Json state = daemon.state("docker.json");
        List<byte[]> requests = new ArrayList<>();
        for (Json network : state.path("networks"))
            requests.add(post("/NetworkDriver.DeleteNetwork", "NetworkID", network.path("id")));
        for (Json pool : state.path("pools")) requests.add(post("/IpamDriver.ReleasePool", "PoolID", pool.path("id")));
        if (!requests.isEmpty()) daemon.exchange(daemon.plugin(), requests, false);
    }

    private static byte[] post(String method, String name, Json value) {
        return FuzzedDaemon.request(
                "POST", method, Json.object().set(name, value).toString(), false);
    }
}
