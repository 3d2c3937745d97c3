package dev.tapswitch.containers.docker;

import dev.tapswitch.control.state.StateFuzz;
import java.io.IOException;

/** As {@link StateFuzz}, for the file of Docker's networks. */
public final class DockerStateFuzz {
    private DockerStateFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        StateFuzz.load("docker.json", input, DockerState::load);
    }
}
