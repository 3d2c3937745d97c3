package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A namespace with one interface of the switch, in place of a container. Root in the namespace changes the interface. */
final class Station {
    private static final String FIRST_NAME = "eth0";

    final String port;
    final String namespace;
    final int number;
    /** Whether the port is in the configuration file; otherwise it was added by the API. */
    final boolean isDeclared;
    /** The configured MAC address. */
    final String mac;
    /** The name of the interface, escaped for printf(1): it may have any bytes. */
    private String device = FIRST_NAME;

    Station(String port, String namespace, int number, boolean isDeclared, String mac) {
        this.port = port;
        this.namespace = namespace;
        this.number = number;
        this.isDeclared = isDeclared;
        this.mac = mac;
        Command.expect(TestNetwork.inNamespace(
                namespace,
                "sysctl",
                "-qw",
                // Announces a changed MAC by gratuitous ARP, as a container runtime would.
                "net.ipv4.conf.default.arp_notify=1",
                "net.ipv4.conf.all.arp_notify=1",
                "net.ipv6.conf.default.keep_addr_on_down=1",
                "net.ipv6.conf.all.keep_addr_on_down=1"));
    }

    static String address(int number) {
        return "198.18.0." + number;
    }

    String address() {
        return address(number);
    }

    String address6() {
        return "fd00:18::%x".formatted(number);
    }

    /** Must be called when the interface was recreated: it has its configured name again. */
    void resetName() {
        device = FIRST_NAME;
    }

    boolean hasFirstName() {
        return device.equals(FIRST_NAME);
    }

    String yaml() {
        return """
                      %s:
                        namespace: %s
                        device: %s
                        mac: "%s"
                        addresses: ["%s/24", "%s/64"]
                """.formatted(port, namespace, FIRST_NAME, mac, address(), address6());
    }

    String json() {
        return """
                {"name": "%s", "namespace": "%s", "device": "%s", "mac": "%s", "addresses": ["%s/24", "%s/64"]}
                """.formatted(port, namespace, FIRST_NAME, mac, address(), address6());
    }

    /** Runs {@code ip link set DEVICE ...}, and repeats it until the interface exists. */
    void set(String... words) {
        String all = "ip link set dev \"$(printf '%b' '" + device + "')\" " + String.join(" ", words);
        Await.within(
                Duration.ofSeconds(60),
                () -> port + ": " + all + ": " + run(all).output()
                        + run("ip link").output(),
                () -> run(all).exitCode() == 0);
    }

    /** Sets the interface down and up repeatedly, without pauses. */
    void flap(int times) {
        for (int i = 0; i < times; i++) {
            set("down");
            set("up");
        }
        // Observed on Linux 6.18: after fast flaps, an IPv6 address that was kept has no local route, so the station
        // does not recognize it as its own and asks others for it.
        run("ip -6 addr flush to " + address6() + "; ip -6 addr add " + address6() + "/64 nodad dev \"$(printf '%b' '"
                + device + "')\"");
    }

    /** {@code name}: escaped for printf %b. */
    void rename(String name) {
        set("down");
        set("name \"$(printf '%b' '" + name + "')\"");
        device = name;
        set("up");
    }

    private CommandResult run(String line) {
        return Command.run(Duration.ofSeconds(10), TestNetwork.inNamespace(namespace, "sh", "-c", line));
    }

    /** The current MAC address of the interface, or "" if there is none. */
    String currentMac() {
        return links().map(line -> line.replaceAll(".*link/ether (\\S+).*", "$1"))
                .findFirst()
                .orElse("");
    }

    /** All interfaces except lo, one per line. */
    Stream<String> links() {
        return run("ip -o link").output().lines().filter(line -> line.contains("link/ether"));
    }

    /** The network state of the namespace, for findings. */
    String state() {
        return "%n%s:%n%s"
                .formatted(
                        this, run("ip -s addr; ip route; ip -6 route; ip neigh").output());
    }

    /** A command that pings all addresses until each has replied or the time is over, and prints those that have not. */
    List<String> pingCommand(List<String> addresses, int seconds) {
        return TestNetwork.inNamespace(namespace, "sh", "-c", """
                left="%s"; end=$(($(date +%%s) + %d))
                while :; do
                  next=
                  for a in $left; do ping -n -q -c 1 -W 1 $a >/dev/null 2>&1 || next="$next $a"; done
                  [ -z "$next" ] && exit 0
                  left=$next
                  [ $(date +%%s) -ge $end ] && { echo $left; exit 1; }
                done""".formatted(String.join(" ", addresses), seconds));
    }

    @Override
    public String toString() {
        return port + " (" + address() + ", " + device + ")";
    }
}
