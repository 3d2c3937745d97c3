package dev.tapswitch.fuzz;

import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Any bytes on the socket of Docker's plugin are answered, and nothing of it is a bug. Inputs are as those of {@link ApiFuzz}. */
public final class DockerFuzz {
    private DockerFuzz() {}

    /** Jazzer calls this before the first input, whose time is limited. */
    public static void fuzzerInitialize() {
        FuzzedDaemon.instance();
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        FuzzedDaemon daemon = FuzzedDaemon.instance();
        List<byte[]> requests = ApiFuzz.requests(new String(input, StandardCharsets.UTF_8));
        // It keeps its connections: whoever asks has had all answers when no more come.
        if (!requests.isEmpty()) daemon.exchange(daemon.plugin(), requests, false);
        reset(daemon);
    }

    private static void reset(FuzzedDaemon daemon) throws IOException {
        Json kept = daemon.kept("docker.json");
        List<byte[]> requests = new ArrayList<>();
        for (Json network : kept.path("networks"))
            requests.add(post("/NetworkDriver.DeleteNetwork", "NetworkID", network.path("id")));
        for (Json pool : kept.path("pools")) requests.add(post("/IpamDriver.ReleasePool", "PoolID", pool.path("id")));
        if (!requests.isEmpty()) daemon.exchange(daemon.plugin(), requests, false);
    }

    private static byte[] post(String method, String name, Json value) {
        return FuzzedDaemon.request(
                "POST", method, Json.object().set(name, value).toString(), false);
    }
}
