package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.ListeningSockets;
import dev.tapswitch.e2e.testbed.NamespaceThread;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Docker networks with the driver tapswitch: the options and behaviour of Docker's bridge networks. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(400)
class DockerNetworkIT {
    private static String refused(DockerLab lab, String... words) {
        CommandResult command = lab.tryDocker(words);
        assertNotEquals(0, command.exitCode(), () -> String.join(" ", words) + " succeeded:\n" + command.output());
        return command.output();
    }

    @Test
    void optionsWorkAsOnABridgeNetwork() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.serveInternet();
            lab.startTapswitch();
            DockerNetworks.create(
                    lab,
                    "six",
                    "--subnet",
                    "10.66.0.0/24",
                    "--gateway",
                    "10.66.0.254",
                    "--ip-range",
                    "10.66.0.128/25",
                    "--aux-address",
                    "printer=10.66.0.128",
                    "--ipv6",
                    "--subnet",
                    "fd66::/64",
                    "--gateway",
                    "fd66::1",
                    "-o",
                    "com.docker.network.driver.mtu=1400",
                    "-o",
                    "com.docker.network.bridge.name=six0",
                    "-o",
                    "tapswitch.arp=reply");
            lab.web(
                    "aa",
                    "--network",
                    "six",
                    "--mac-address",
                    "02:11:22:33:44:55",
                    "--ip",
                    "10.66.0.7",
                    "-P",
                    "--expose",
                    "80");
            lab.web("bb", "--network", "six", "-p", "127.0.0.1:9003:80", "-p", "9100-9102:90-92", "-p", "9200:53/udp");
            assertEquals("10.66.0.7", lab.address("aa", "six"));
            assertEquals("10.66.0.129", lab.address("bb", "six"));
            String link = lab.exec("aa", "ip", "address", "show", "eth0");
            assertTrue(link.contains("02:11:22:33:44:55") && link.contains("mtu 1400"), link);
            assertTrue(lab.host("ip", "address", "show", "six0").contains("10.66.0.254/24"));
            lab.ping("aa", "10.66.0.129");
            lab.ping("aa", "bb");
            lab.ping("aa", "fd66::1");
            String six = lab.docker("inspect", "-f", "{{.NetworkSettings.Networks.six.GlobalIPv6Address}}", "bb");
            lab.ping("aa", six);
            assertEquals("bb", lab.get("aa", "http://[" + six + "]/"));
            lab.ping("aa", "fd00:198::2"); // masqueraded: the Internet has no route back

            String ports = lab.tapswitch().cli("ports").output();
            assertTrue(ports.contains("127.0.0.1   9003  tcp"), ports);
            assertTrue(ports.contains("9102  tcp"), ports);
            assertTrue(ports.contains("9200  udp"), ports);
            assertEquals("bb", lab.get("http://127.0.0.1:9003/"));
            String chosen = ports.lines()
                    .filter(line -> line.contains("10.66.0.7"))
                    .map(line -> line.split(" +", -1)[1])
                    .findFirst()
                    .orElseThrow();
            assertEquals("aa", lab.getFromInternet("http://" + DockerLab.HOST + ":" + chosen + "/"));
            assertEquals("aa", lab.getFromInternet("http://[fd00:198::1]:" + chosen + "/"));
            // The Internet reaches neither a port that is published at 127.0.0.1 only nor one that is not published.
            assertNotEquals(
                    0,
                    lab.tryInternet("curl", "-sS", "--max-time", "2", "http://" + DockerLab.HOST + ":9003/")
                            .exitCode());
            lab.internet("ip", "route", "add", "10.66.0.0/24", "via", DockerLab.HOST);
            assertNotEquals(
                    0,
                    lab.tryInternet("curl", "-sS", "--max-time", "2", "http://10.66.0.7/")
                            .exitCode());
        }
    }

    @Test
    void networksAreIsolatedAndInternalOnesDoNotReachTheInternet() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.serveInternet();
            lab.startTapswitch();
            DockerNetworks.create(lab, "one", "--subnet", "10.71.0.0/24");
            DockerNetworks.create(lab, "two", "--subnet", "10.72.0.0/24");
            DockerNetworks.create(lab, "inner", "--subnet", "10.73.0.0/24", "--internal");
            lab.web("aa", "--network", "one");
            lab.web("bb", "--network", "two", "-p", "9001:80");
            lab.web("cc", "--network", "inner");
            lab.web("dd", "--network", "inner");
            assertNotEquals(
                    0,
                    lab.tryExec("aa", "ping", "-c", "1", "-W", "1", "10.72.0.2").exitCode());
            assertEquals(
                    "bb", lab.get("aa", "http://10.71.0.1:9001/")); // a published port is reachable from all networks
            lab.ping("cc", "dd");
            lab.ping("aa", DockerLab.INTERNET);
            assertNotEquals(
                    0,
                    lab.tryExec("cc", "ping", "-c", "1", "-W", "1", DockerLab.INTERNET)
                            .exitCode());
            assertFalse(lab.exec("cc", "ip", "route").contains("default"));
            assertFalse(lab.docker("network", "ls").contains("gwbridge"));

            // A running container joins a second network and leaves it.
            lab.docker("network", "connect", "--ip", "10.72.0.99", "--alias", "visitor", "two", "cc");
            lab.ping("bb", "visitor");
            lab.ping("cc", DockerLab.INTERNET);
            assertTrue(lab.docker("network", "inspect", "two").contains("10.72.0.99"));
            lab.docker("network", "disconnect", "two", "cc");
            assertNotEquals(
                    0,
                    lab.tryExec("bb", "ping", "-c", "1", "-W", "1", "10.72.0.99")
                            .exitCode());
            lab.ping("cc", "dd");
            assertTrue(refused(lab, "network", "rm", "inner").contains("active endpoints"));

            lab.docker("rm", "-f", "aa", "bb", "cc", "dd");
            lab.docker("network", "prune", "-f");
            assertEquals("", lab.host("ip", "-o", "link", "show", "type", "tun").strip());
            assertEquals(0, lab.tapswitch().api().get("/v1/switches").size());
            assertFalse(lab.host("nft", "list", "tables").contains("tapswitch"));
        }
    }

    @Test
    void invalidRequestsAreRefusedAtOnceAndLeaveNothingBehind() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            String[] invalid = {
                "com.docker.network.driver.mtu=9",
                "tapswitch.arp=loud",
                "com.docker.network.bridge.name=much-too-long-a-name",
                "com.docker.network.bridge.enable_ip_masquerade=perhaps",
                "tapswitch.aprp=direct"
            };
            for (String option : invalid) {
                String error = refused(lab, "network", "create", "-d", "tapswitch", "-o", option, "invalid");
                assertTrue(error.contains(option.substring(0, option.indexOf('='))), error);
            }
            DockerNetworks.create(lab, "net", "--subnet", "10.71.0.0/24", "-o", "com.docker.network.bridge.name=net0");
            assertTrue(refused(
                            lab,
                            "network",
                            "create",
                            "-d",
                            "tapswitch",
                            "-o",
                            "com.docker.network.bridge.name=net0",
                            "x")
                    .contains("net0 already"));

            lab.web("aa", "--network", "net", "-p", "9001:80");
            String taken = refused(
                    lab, "run", "-d", "--name", "bb", "--network", "net", "-p", "9001:80", "box", "sleep", "60");
            assertTrue(taken.contains("*:9001/tcp: it is already published for 10.71.0.2:80"), taken);
            Process listener = lab.killAtEnd(lab.inHost("busybox", "nc", "-l", "-p", "9002"), "nc.log");
            ListeningSockets.await(listener.pid(), 9002);
            String busy = refused(
                    lab, "run", "-d", "--name", "cc", "--network", "net", "-p", "9002:80", "box", "sleep", "60");
            assertTrue(busy.contains("Address already in use"), busy);
            String nowhere = refused(
                    lab,
                    "run",
                    "-d",
                    "--name",
                    "dd",
                    "--network",
                    "net",
                    "-p",
                    "192.0.2.1:9003:80",
                    "box",
                    "sleep",
                    "60");
            assertTrue(nowhere.contains("192.0.2.1"), nowhere);
            assertEquals(1, lab.tapswitch().api().get("/v1/published-ports").size());
            assertEquals(2, lab.tapswitch().api().get("/v1/switches/net0/ports").size());
            CommandResult owned = lab.tapswitch().cli("switch", "delete", "net0");
            assertTrue(owned.exitCode() == 1 && owned.output().contains("docker network rm"), owned.output());
        }
    }

    @Test
    void theIpamDriverAssignsEachAddressOnceAndRemembersItAfterAKill() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            DockerNetworks.create(lab, "auto", "--ipam-driver", "tapswitch");
            DockerNetworks.create(
                    lab,
                    "own",
                    "--ipam-driver",
                    "tapswitch",
                    "--subnet",
                    "10.74.0.0/29",
                    "--gateway",
                    "10.74.0.1",
                    "--aux-address",
                    "x=10.74.0.2");
            lab.web("aa", "--network", "own");
            assertEquals("10.74.0.3", lab.address("aa", "own"));
            assertTrue(lab.docker("network", "inspect", "auto").contains("172.18.0.0/16"));
            lab.tapswitch().kill();
            lab.restartTapswitch();
            lab.web("bb", "--network", "own");
            assertEquals("10.74.0.4", lab.address("bb", "own"));
            lab.ping("aa", "bb");
            String inUse = refused(lab, "run", "--rm", "--network", "own", "--ip", "10.74.0.3", "box", "true");
            assertTrue(inUse.contains("10.74.0.3"), inUse);
            assertTrue(refused(
                            lab,
                            "network",
                            "create",
                            "-d",
                            "tapswitch",
                            "--ipam-driver",
                            "tapswitch",
                            "--subnet",
                            "10.74.0.0/16",
                            "big")
                    .contains("overlaps with subnet 10.74.0.0/29"));
            lab.docker("run", "--rm", "--network", "own", "--ip", "10.74.0.5", "box", "true");
            lab.docker("run", "--rm", "--network", "own", "--ip", "10.74.0.6", "box", "true");
            lab.docker("rm", "-f", "aa", "bb");
            lab.docker("network", "rm", "own", "auto");
            DockerNetworks.create(lab, "own", "--ipam-driver", "tapswitch", "--subnet", "10.74.0.0/29");
        }
    }

    @Test
    void containersOfANetworkWithoutIccReachTheOutsideAndPublishedPortsOnly() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.serveInternet();
            lab.startTapswitch();
            DockerNetworks.create(
                    lab, "net", "--subnet", "10.77.0.0/24", "-o", "com.docker.network.bridge.enable_icc=false");
            lab.web("aa", "--network", "net");
            lab.web("bb", "--network", "net", "-p", "9301:80");
            lab.ping("aa", "10.77.0.1");
            lab.ping("aa", DockerLab.HOST);
            assertNotEquals(
                    0,
                    lab.tryExec("aa", "ping", "-c", "2", "-W", "1", lab.address("bb", "net"))
                            .exitCode());
            assertEquals("bb", lab.get("aa", "http://" + DockerLab.HOST + ":9301/"));
        }
    }

    @Test
    void datagramsReachPublishedPortsAndTheirRepliesReturn() throws Exception {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.serveInternet();
            lab.startTapswitch();
            DockerNetworks.create(lab, "net", "--subnet", "10.76.0.0/24", "-o", "com.docker.network.bridge.name=net0");
            lab.web("aa", "--network", "net", "-p", "9201:9000/udp");
            String pid = lab.docker("inspect", "-f", "{{.State.Pid}}", "aa");
            try (DatagramSocket server =
                    NamespaceThread.call("/proc/" + pid + "/ns/net", () -> new DatagramSocket(9000))) {
                var echo = CompletableFuture.runAsync(() -> echo(server));
                CommandResult outside = lab.tryInternet(datagram("from outside", DockerLab.HOST));
                assertEquals(
                        "from outside",
                        outside.output().strip(),
                        () -> lab.tapswitch().cli("stats", "net0").output()
                                + lab.host("ip", "neigh")
                                + lab.tapswitch().log());
                assertEquals(
                        "from the host",
                        lab.host(datagram("from the host", "127.0.0.1")).strip());
                assertEquals(
                        "by its address",
                        lab.host(datagram("by its address", DockerLab.HOST)).strip());
                assertFalse(echo.isDone());
            }
        }
    }

    /** A command line that sends a datagram and prints the reply. */
    private static String[] datagram(String text, String address) {
        String script = "exec 3<>/dev/udp/%s/9201; echo '%s' >&3; timeout 5 head -n 1 <&3".formatted(address, text);
        return new String[] {"bash", "-c", script};
    }

    private static void echo(DatagramSocket server) {
        var packet = new DatagramPacket(new byte[1_500], 1_500);
        try {
            while (!server.isClosed()) {
                server.receive(packet);
                server.send(packet);
            }
        } catch (IOException e) {
            assertTrue(server.isClosed(), e::toString);
        }
    }

    @Test
    void fiftyContainersStartAndStopAtOnce() throws InterruptedException, ExecutionException {
        try (var lab = new DockerLab().withDocker("--bridge=none");
                var threads = Executors.newFixedThreadPool(8)) {
            lab.startTapswitch();
            DockerNetworks.create(lab, "net", "--subnet", "10.75.0.0/24", "-o", "com.docker.network.bridge.name=net0");
            all(threads.invokeAll(IntStream.range(0, 50)
                    .<Callable<Void>>mapToObj(i -> () -> {
                        lab.web("cc" + i, "--network", "net", "-p", (9100 + i) + ":80");
                        return null;
                    })
                    .toList()));
            for (int i = 0; i < 50; i += 7) {
                assertEquals("cc" + i, lab.get("http://127.0.0.1:" + (9100 + i) + "/"));
                assertEquals("cc" + i, lab.get("cc" + (49 - i), "http://cc" + i + "/"));
            }
            assertEquals(
                    51,
                    lab.tapswitch()
                            .api()
                            .get("/v1/switches/net0")
                            .required("ports-up")
                            .asInt());
            all(threads.invokeAll(IntStream.range(0, 5)
                    .<Callable<Void>>mapToObj(five -> () -> {
                        lab.docker(Stream.concat(
                                        Stream.of("rm", "-f"),
                                        IntStream.range(0, 10).mapToObj(i -> "cc" + (five * 10 + i)))
                                .toArray(String[]::new));
                        return null;
                    })
                    .toList()));
            assertEquals(1, lab.tapswitch().api().get("/v1/switches/net0/ports").size());
            assertEquals(0, lab.tapswitch().api().get("/v1/published-ports").size());
            // The published ports of removed containers are free again.
            lab.web("cc0", "--network", "net", "-p", "9149:80");
            assertEquals("cc0", lab.get("http://127.0.0.1:9149/"));
        }
    }

    private static void all(List<Future<Void>> futures) throws InterruptedException, ExecutionException {
        for (Future<Void> future : futures) future.get();
    }
}
