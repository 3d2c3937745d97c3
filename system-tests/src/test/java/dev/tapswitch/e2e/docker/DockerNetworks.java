package dev.tapswitch.e2e.docker;

import java.util.List;
import java.util.stream.Stream;

/** Docker networks with the driver tapswitch. */
public final class DockerNetworks {
    private DockerNetworks() {}

    /** Creates a network. {@code options}: those of {@code docker network create}. */
    public static void create(DockerLab lab, String name, String... options) {
        lab.docker(Stream.of(Stream.of("network", "create", "-d", "tapswitch"), Stream.of(options), Stream.of(name))
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    /** Creates a network with this subnet. {@code device}: the name of its switch and of the host's interface. */
    public static void create(DockerLab lab, String name, String subnet, String device, List<String> more) {
        Stream<String> options = Stream.of("--subnet", subnet, "-o", "com.docker.network.bridge.name=" + device);
        create(lab, name, Stream.concat(options, more.stream()).toArray(String[]::new));
    }
}
