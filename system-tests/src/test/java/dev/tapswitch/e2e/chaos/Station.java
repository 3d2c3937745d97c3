package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A container's stand-in: a namespace with one interface of the switch, and what root in that namespace does to it. */
final class Station {
    private static final String FIRST_NAME = "eth0";

    final String port;
    final String namespace;
    final int number;
    /** In the configuration file, not added by the API. */
    final boolean isDeclared;
    /** Its MAC address at the start. */
    final String mac;
    /** As printf(1) takes it, for it may be no text. */
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
                // Whoever changes its MAC address says so, as a container's runtime would.
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

    /** The interface was made again: it has the name that the configuration gives it. */
    void isNew() {
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

    /** {@code ip link set DEVICE ...}, once the interface is there. */
    void set(String... words) {
        String all = "ip link set dev \"$(printf '%b' '" + device + "')\" " + String.join(" ", words);
        Await.within(
                Duration.ofSeconds(30),
                () -> port + ": " + all + ": " + run(all).output()
                        + run("ip link").output(),
                () -> run(all).exitCode() == 0);
    }

    /** Down and up as fast as it goes. */
    void flap(int times) {
        for (int i = 0; i < times; i++) {
            set("down");
            set("up");
        }
        // Seen on Linux 6.18: after fast flaps an IPv6 address that was kept had no local route, and its owner asked
        // others for it.
        // does not know it as its own.
        run("ip -6 addr flush to " + address6() + "; ip -6 addr add " + address6() + "/64 nodad dev \"$(printf '%b' '"
                + device + "')\"");
    }

    /** {@code name}: as printf %b takes it. */
    void rename(String name) {
        set("down");
        set("name \"$(printf '%b' '" + name + "')\"");
        device = name;
        set("up");
    }

    private CommandResult run(String line) {
        return Command.run(Duration.ofSeconds(10), TestNetwork.inNamespace(namespace, "sh", "-c", line));
    }

    /** What its interface's MAC address is now; empty where it has none. */
    String currentMac() {
        return links().map(line -> line.replaceAll(".*link/ether (\\S+).*", "$1"))
                .findFirst()
                .orElse("");
    }

    /** The interfaces there are besides lo, one a line. */
    Stream<String> links() {
        return run("ip -o link").output().lines().filter(line -> line.contains("link/ether"));
    }

    /** For findings: what its kernel knows. */
    String state() {
        return "%n%s:%n%s"
                .formatted(
                        this, run("ip -s addr; ip route; ip -6 route; ip neigh").output());
    }

    /** A process that pings all addresses until each has answered once or the time is over; it prints those that have not. */
    List<String> pinger(List<String> addresses, int seconds) {
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
