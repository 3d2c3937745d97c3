package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.NamespaceThread;
import dev.tapswitch.e2e.testbed.RawSocket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests what containers and neighbours on the LAN must not reach, and which firewall rules apply. DockerServiceIT tests ufw and firewalld. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(400)
class DockerFirewallIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    /** A second address of the Internet namespace. */
    private static final String FORBIDDEN = "198.18.0.3";

    private static DockerLab lab() {
        var lab = new DockerLab();
        try {
            lab.withDocker("--bridge=none");
            lab.startTapswitch();
            lab.internet("ip", "address", "add", FORBIDDEN + "/24", "dev", "eth0");
            return lab;
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
    }

    private static void create(DockerLab lab, String name, int subnet, String... more) {
        DockerNetworks.create(lab, name, "10.77." + subnet + ".0/24", name + "0", List.of(more));
    }

    private static boolean reaches(DockerLab lab, String container, String target) {
        return lab.tryExec(container, "ping", "-c", "1", "-W", "1", target).exitCode() == 0;
    }

    private static void await(DockerLab lab, boolean isReached, String target) {
        Await.within(
                TIMEOUT,
                () -> target
                        + (isReached ? " is reachable:\n" : " is not reachable:\n")
                        + lab.host("iptables", "-S")
                        + lab.host("nft", "list", "table", "inet", "tapswitch"),
                () -> reaches(lab, "aa", target) == isReached);
    }

    @Test
    void packetsWithLoopbackAddressesReachNoService() throws IOException {
        try (DockerLab lab = lab()) {
            create(lab, "net", 0);
            lab.web("aa", "--network", "net", "-p", "127.0.0.1:9001:80", "-p", "127.0.0.1:9002:9000/udp");
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
            // CVE-2020-8558: a neighbour removes its own loopback addresses and routes packets for them to the host.
            lab.internet("sh", "-c", """
                    ip address flush dev lo; ip route flush table local type local 127.0.0.0/8 2>/dev/null
                    sysctl -qw net.ipv4.conf.all.route_localnet=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
                    ip route add 127.0.0.1/32 via 198.18.0.1 src 198.18.0.2 && ip route get 127.0.0.1""");
            assertNotEquals(
                    0,
                    lab.tryInternet("curl", "-sS", "--max-time", "2", "http://127.0.0.1:9001/")
                            .exitCode());
            try (DatagramSocket published = NamespaceThread.call(lab.namespace("aa"), () -> new DatagramSocket(9000))) {
                lab.internet("bash", "-c", "echo neighbour >/dev/udp/127.0.0.1/9002");
                lab.host("bash", "-c", "echo host >/dev/udp/127.0.0.1/9002");
                assertEquals("host", receive(published));
            }

            // A container sends from a loopback address, then from its own address.
            String mac = lab.host("sh", "-c", "ip -o link show net0 | grep -o 'ether [^ ]*'")
                    .strip()
                    .substring(6);
            String own = lab.exec("aa", "cat", "/sys/class/net/eth0/address").strip();
            try (DatagramSocket service = NamespaceThread.call(lab.hostNamespace(), () -> new DatagramSocket(5300));
                    RawSocket socket = NamespaceThread.call(lab.namespace("aa"), () -> RawSocket.on("eth0"))) {
                socket.send(Frames.datagram(mac, own, "127.0.0.9", "10.77.0.1", 5300, "forged"));
                socket.send(Frames.datagram(mac, own, "10.77.0.2", "10.77.0.1", 5300, "own"));
                assertEquals("own", receive(service));
            }
        }
    }

    private static String receive(DatagramSocket socket) throws IOException {
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        var packet = new DatagramPacket(new byte[1_500], 1_500);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8).strip();
    }

    /** Starts a server that sends a line to each client. */
    private static ServerSocket serve(String namespace, int port, String line) {
        ServerSocket server = NamespaceThread.call(namespace, () -> new ServerSocket(port));
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                    client.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    assertTrue(server.isClosed(), e::toString);
                }
            }
        });
        return server;
    }

    @Test
    void packetsThatTheAdministratorDropsStayDropped() {
        try (DockerLab lab = lab()) {
            lab.host("iptables", "-I", "DOCKER-USER", "-d", FORBIDDEN, "-j", "DROP");
            assertTrue(lab.host("iptables", "-S", "FORWARD").contains("-P FORWARD DROP"));
            create(lab, "net", 0);
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.ping("aa", DockerLab.INTERNET);
            assertEquals("aa", lab.getFromInternet("http://" + DockerLab.HOST + ":9001/"));
            await(lab, false, FORBIDDEN);

            // The same holds for rules that are added later, in any chain, and after other changes.
            lab.host("iptables", "-A", "FORWARD", "-d", DockerLab.INTERNET, "-j", "DROP");
            await(lab, false, DockerLab.INTERNET);
            lab.host("iptables", "-D", "FORWARD", "-d", DockerLab.INTERNET, "-j", "DROP");
            await(lab, true, DockerLab.INTERNET);
            lab.host("iptables", "-I", "DOCKER-USER", "-o", "net0", "-p", "tcp", "-j", "DROP");
            assertNotEquals(
                    0,
                    lab.tryInternet("curl", "-sS", "--max-time", "2", "http://" + DockerLab.HOST + ":9001/")
                            .exitCode());
            lab.host("iptables", "-D", "DOCKER-USER", "-o", "net0", "-p", "tcp", "-j", "DROP");
            create(lab, "other", 1);
            assertEquals("aa", lab.getFromInternet("http://" + DockerLab.HOST + ":9001/"));
            await(lab, false, FORBIDDEN);
            lab.host("iptables", "-D", "DOCKER-USER", "-d", FORBIDDEN, "-j", "DROP");
            await(lab, true, FORBIDDEN);

            lab.docker("rm", "-f", "aa");
            lab.docker("network", "rm", "net", "other");
            String left = lab.host("iptables", "-S");
            assertTrue(!left.contains("net0") && !left.contains("other0"), left);
        }
    }

    @Test
    void containersReachAnotherEngineByItsPublishedPortsOnly() throws IOException {
        try (DockerLab lab = lab()) {
            Process guest = lab.killAtEnd(lab.inHost("unshare", "-n", "sleep", "infinity"), "guest");
            lab.host("sh", "-c", """
                    until [ "$(readlink /proc/%1$d/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
                    ip link add eng0 type bridge && ip address add 10.99.0.1/24 dev eng0 && ip link set eng0 up &&
                    ip link add g0 type veth peer name eth0 netns %1$d && ip link set g0 master eng0 up &&
                    nsenter -t %1$d -n sh -c 'ip link set lo up; ip address add 10.99.0.2/24 dev eth0 && ip link set eth0 up &&
                      ip route add default via 10.99.0.1'""".formatted(guest.pid()));
            lab.killAtEnd(
                    lab.inHost(
                            "nsenter",
                            "-t",
                            "" + guest.pid(),
                            "-n",
                            "busybox",
                            "nc",
                            "-lk",
                            "-p",
                            "80",
                            "-e",
                            "echo",
                            "guest"),
                    "nc");
            create(lab, "net", 0);
            lab.web("aa", "--network", "net");
            Await.within(
                    TIMEOUT,
                    () -> "the host reaches the guest",
                    () -> Command.run(TIMEOUT, lab.inHost("ping", "-c", "1", "-W", "1", "10.99.0.2"))
                                    .exitCode()
                            == 0);
            assertTrue(!reaches(lab, "aa", "10.99.0.2"));
            // The other engine publishes a port.
            lab.host("sh", "-c", """
                    iptables -t nat -A PREROUTING -p tcp --dport 7070 -j DNAT --to 10.99.0.2:80 &&
                    iptables -I FORWARD -o eng0 -m conntrack --ctstate DNAT -j ACCEPT""");
            try (ServerSocket _ = serve("/proc/" + guest.pid() + "/ns/net", 80, "guest")) {
                assertEquals(
                        "guest",
                        lab.exec("aa", "nc", "-w", "5", DockerLab.HOST, "7070").strip());
            }
            assertTrue(!reaches(lab, "aa", "10.99.0.2"));

            // A bridge with the default route is an uplink, not the bridge of an engine.
            lab.host("ip", "route", "add", "default", "via", "10.99.0.2");
            await(lab, true, "10.99.0.2");
            lab.host("ip", "route", "del", "default");
            await(lab, false, "10.99.0.2");
        }
    }

    @Test
    void aContainerOfAnInternalNetworkDoesNotReachTheRelay() throws IOException {
        try (DockerLab lab = lab()) {
            create(lab, "net", 0);
            create(lab, "inner", 1, "--internal");
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.web("cc", "--network", "inner");
            String inCc = "--net=" + lab.namespace("cc");
            lab.host("nsenter", inCc, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0");
            lab.host("nsenter", inCc, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0");
            String gateway = lab.host("sh", "-c", "ip -6 -o address show dev inner0 scope link | grep -o 'fe80[^/]*'")
                            .strip()
                    + "%eth0";
            // The host is reachable: another service on it responds.
            try (ServerSocket _ = serve(lab.hostNamespace(), 7070, "host")) {
                Await.within(
                        TIMEOUT,
                        () -> "the host's service responds at " + gateway,
                        () -> connect(lab, inCc, gateway, 7070).output().contains("host"));
            }
            for (String address : List.of(gateway, "10.77.1.1", DockerLab.HOST))
                assertNotEquals(0, connect(lab, inCc, address, 9001).exitCode(), address);
            assertEquals("aa", lab.get("http://[::1]:9001/"));
        }
    }

    /** In an earlier version, 1,500 connections used up the 1,024 descriptors of the daemon, and no port could be added. */
    @Test
    void relayedConnectionsLeaveDescriptorsForEverythingElse() throws Exception {
        try (DockerLab lab = lab()) {
            create(lab, "net", 0);
            lab.web("aa", "--network", "net", "-p", "9001:80");
            String descriptors = "ls /proc/" + lab.tapswitch().pid() + "/fd | wc -l";
            int before =
                    Integer.parseInt(Command.expect("sh", "-c", descriptors).strip());
            List<Socket> clients = new ArrayList<>();
            try {
                NamespaceThread.call(lab.hostNamespace(), () -> {
                    for (int i = 0; i < 1_500; i++) clients.add(new Socket(InetAddress.ofLiteral("::1"), 9001));
                    return clients;
                });
                int held =
                        Integer.parseInt(Command.expect("sh", "-c", descriptors).strip()) - before;
                assertTrue(held < 700, () -> held + " more descriptors are open");
                Await.within(
                        TIMEOUT,
                        () -> "a refusal is logged",
                        () -> lab.tapswitch().log().contains("is refused"));
                lab.web("bb", "--network", "net", "-p", "9002:80");
                assertEquals("bb", lab.get("http://127.0.0.1:9002/"));
            } finally {
                for (Socket client : clients) client.close();
            }
            Await.within(
                    TIMEOUT,
                    () -> "the relay serves again",
                    () -> Command.run(TIMEOUT, lab.inHost("curl", "-gs", "--max-time", "2", "http://[::1]:9001/"))
                            .output()
                            .strip()
                            .equals("aa"));
        }
    }

    /** Without systemd, SIGTERM is a stop. Containers and their interfaces stay. */
    @Test
    void aStopLeavesNoRulesAndNoInterfacesOnTheHost() {
        try (DockerLab lab = lab()) {
            create(lab, "net", 0);
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.web("bb", "--network", "net");
            String interfaceOfAa = lab.exec("aa", "cat", "/sys/class/net/eth0/ifindex");
            lab.tapswitch().stop();
            String left = lab.host("sh", "-c", "nft list tables; iptables -S; ip6tables -S; ip -o link show type tun");
            assertTrue(!left.contains("tapswitch") && !left.contains("net0"), left);
            lab.restartTapswitch();
            lab.tapswitch().awaitPortsUp(3);
            await(lab, true, "bb");
            await(lab, true, DockerLab.INTERNET);
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
            assertEquals(interfaceOfAa, lab.exec("aa", "cat", "/sys/class/net/eth0/ifindex"));
        }
    }

    private static CommandResult connect(DockerLab lab, String inside, String address, int port) {
        String line = "exec 3<>/dev/tcp/" + address + "/" + port
                + " && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && timeout 2 grep . <&3";
        return Command.run(TIMEOUT, lab.inHost("nsenter", inside, "timeout", "3", "bash", "-c", line));
    }
}
