package dev.tapswitch.containers.docker;

import dev.tapswitch.control.state.StateFuzz;
import java.io.IOException;

/** Loads any bytes as the state file of Docker's networks; see {@link StateFuzz}. */
public final class DockerStateFuzz {
    private DockerStateFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        StateFuzz.load("docker.json", input, DockerState::load);
    }
}
