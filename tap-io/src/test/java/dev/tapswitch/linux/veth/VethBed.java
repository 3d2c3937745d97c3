package dev.tapswitch.linux.veth;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.linux.bpf.BpfFixture;
import dev.tapswitch.linux.bpf.TestNamespace;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.SwitchNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A switch's namespace and containers, which are namespaces that allow IPv6 addresses; all removed on close. Skips the test unless it runs as root. */
public final class VethBed implements AutoCloseable {
    public final SwitchNamespace namespace;
    public final SwitchLinks links;
    public final List<TestNamespace> containers = new ArrayList<>();

    public VethBed(int count) throws DeviceException {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        namespace = SwitchNamespace.create();
        links = new SwitchLinks(namespace);
        for (int i = 0; i < count; i++) containers.add(container());
    }

    private static TestNamespace container() {
        TestNamespace container = new TestNamespace();
        container.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=0", "net.ipv6.conf.default.accept_ra=0");
        return container;
    }

    /** Returns the specification of port i: eth0 in container i, with the host end h0 and the TAP t0 for i = 0, and so on. */
    public VethSpec spec(int i, UnaryOperator<TapSpec.Builder> change) {
        Namespace container = new Namespace.Named(containers.get(i).name());
        return new VethSpec(change.apply(TapSpec.builder("eth0", container)).build(), "h" + i, "t" + i);
    }

    /** Runs `ip` in the switch's namespace. */
    public String ip(String... arguments) {
        return run("ip", arguments);
    }

    String run(String command, String... arguments) {
        String file = "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.fd();
        return BpfFixture.run(Stream.concat(Stream.of("nsenter", "--net=" + file, command), Arrays.stream(arguments))
                .toArray(String[]::new));
    }

    /** The names of the interfaces in the switch's namespace, without lo. */
    List<String> interfaces() {
        return names(ip("-br", "link"));
    }

    /** The names of the interfaces in a container, without lo. */
    List<String> interfaces(int container) {
        return names(containers.get(container).ip("-br", "link"));
    }

    private static List<String> names(String links) {
        return links.lines()
                .map(line -> line.split("[ @]", -1)[0])
                .filter(name -> !name.equals("lo"))
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        containers.forEach(TestNamespace::close);
        links.close();
        namespace.close();
    }
}
