package dev.tapswitch.e2e.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.cni.CniRuntime;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.FastPathSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** Docker's driver and the CNI plugin in the packaged service with its hardening, beside Debian's docker.service. */
@Timeout(400)
@Tag("ordered")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DockerServiceIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int LINES = 60;
    private static final int STARTS = 6;
    /** Lists the interfaces on the host that belong to the service: TAPs, and ends of veth pairs except the host's own. */
    private static final String OUR_LINKS =
            "ip -o link show type tun; ip -o link show type veth | grep -v ' inet0@' || true";

    private static SystemdLab lab;

    @BeforeAll
    @Timeout(700)
    static void boot() throws IOException {
        assumeTrue(Files.exists(Path.of("/lib/systemd/system/docker.service")), "needs docker.io");
        assumeTrue(Command.exists("busybox") && Command.exists("nft"), "needs busybox-static and nftables");
        lab = SystemdLab.up();
        // Hides the files of a Docker that is installed on this machine.
        lab.expect("""
                set -e; mkdir -p /etc/docker /var/lib/docker /var/lib/containerd /var/nothing
                for d in /etc/docker /var/lib/docker /var/lib/containerd; do mount -t tmpfs tmpfs $d; done
                rm -rf /etc/systemd/system/docker.service.d; : >/etc/default/docker
                echo '{"bridge": "none"}' >/etc/docker/daemon.json
                ip netns add inet; ip link add inet0 type veth peer name eth0 netns inet
                ip address add 198.18.0.1/24 dev inet0; ip link set inet0 up
                ip -n inet address add 198.18.0.2/24 dev eth0; ip -n inet address add 198.18.0.3/24 dev eth0; ip -n inet link set eth0 up
                """);
        lab.expect("mkdir /etc/tapswitch && echo 'docker: {enabled: true}' >/etc/tapswitch/tapswitch.yaml");
        lab.expect("dpkg -i --no-triggers --force-confold /opt/tapswitch.deb");
        CommandResult docker = lab.run("systemctl start docker && docker version");
        assumeTrue(
                docker.exitCode() == 0,
                () -> "dockerd can't run here: "
                        + lab.run("journalctl -u docker --no-pager | tail -n 5").output());
        lab.expect("""
                set -e; cd /var/nothing; mkdir -p bin etc proc sys dev tmp www root
                cp "$(command -v busybox)" bin/busybox
                for a in $(busybox --list); do [ "$a" = busybox ] || ln -s busybox "bin/$a"; done
                echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
                tar -c . | docker import -c 'ENV PATH=/bin' - box
                """);
    }

    @AfterAll
    static void powerOff() throws IOException {
        if (lab != null) lab.close();
    }

    @Test
    @Order(1)
    void aNetworkWorksUnderTheUnitsHardening() {
        lab.expect("sysctl -qw net.ipv4.ip_forward=0"); // dockerd has set it
        lab.expect(
                "docker network create -d tapswitch --subnet 10.75.0.0/24 -o com.docker.network.bridge.name=net0 net");
        assertEquals("1", lab.expect("cat /proc/sys/net/ipv4/ip_forward"));
        web("aa", "-p 9001:80 -p 81:80"); // a port below 1024 needs a capability
        web("bb", "");
        lab.expect("mkdir /run/www && echo hello >/run/www/index.html");
        lab.expect("ip netns exec inet busybox httpd -p 8080 -h /run/www");
        lab.expect("docker exec bb ping -c 1 -W 20 aa");
        lab.expect("docker exec bb ping -c 1 -W 20 198.18.0.2"); // masqueraded: the Internet has no route back
        assertEquals("aa", lab.expect("curl -sS -m 30 http://127.0.0.1:9001/"));
        assertEquals("aa", lab.expect("ip netns exec inet curl -sS -m 30 http://198.18.0.1:81/"));
    }

    @Test
    @Order(2)
    void connectionsSurviveARestartAndAKillOfTheService() throws IOException, InterruptedException {
        lab.expect("docker exec -d aa sh -c 'tail -f /dev/null | nc -l -p 7000 >/tmp/got'");
        lab.expect("docker exec -d bb sh -c 'i=0; while [ $i -lt " + LINES
                + " ]; do echo $i; i=$((i+1)); sleep 0.1; done | nc aa 7000'");
        // The rate is low enough that the replies to all waiting requests fit into ping's socket buffer: the kernel
        // drops replies beyond about 170 (IpOutDiscards), and the buffer of busybox's ping is even smaller.
        Path output = lab.directory().resolve("ping");
        String sandbox = lab.expect("docker inspect -f '{{.NetworkSettings.SandboxKey}}' bb");
        Process ping = lab.start("nsenter --net=" + sandbox + " ping -q -n -i 0.05 -c 120 10.75.0.2", output);
        String before = link("bb");
        lab.expect("systemctl restart tapswitch");
        awaitService();
        lab.expect("systemctl kill -s KILL tapswitch");
        Await.within(
                TIMEOUT,
                () -> "the service is active again" + lab.log(),
                () -> lab.property("NRestarts").equals("1")
                        && lab.property("ActiveState").equals("active"));
        awaitService();
        String numbers = IntStream.range(0, LINES).mapToObj(Integer::toString).collect(Collectors.joining("\n"));
        Await.within(TIMEOUT, () -> "all lines have arrived, not only " + got(), () -> got().equals(numbers));
        assertTrue(ping.waitFor(120, TimeUnit.SECONDS), "ping has not ended in time");
        String lost = Files.readString(output)
                .lines()
                .filter(line -> line.contains("packet loss"))
                .findFirst()
                .orElse("");
        System.out.println("measured: the service is restarted and killed under Docker, pings every 50 ms: " + lost);
        // The process that is killed may have read a frame that it has not written yet.
        Matcher counts =
                Pattern.compile("(\\d+) packets transmitted, (\\d+) received").matcher(lost);
        assertTrue(
                counts.find() && Integer.parseInt(counts.group(1)) - Integer.parseInt(counts.group(2)) <= 1,
                () -> lost + lab.log());
        assertEquals(before, link("bb"));
    }

    /** Docker moves and renames the interface. The daemon polls for it once a second and may be restarted before that. */
    @Test
    @Order(3)
    void aRestartAtAnyMomentAfterAContainersStartKeepsItsInterface() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < STARTS; i++) {
            lab.expect("docker run -d --name cc --network net box sleep 600");
            Await.pause(Duration.ofMillis(random.nextInt(1_200)));
            String before = link("cc");
            lab.expect(i % 2 == 0 ? "systemctl kill -s KILL tapswitch" : "systemctl restart tapswitch");
            String which = "start " + i + " of seed " + seed;
            Await.within(
                    TIMEOUT,
                    () -> which + lab.log(),
                    () -> lab.run("docker exec cc ping -c 1 -W 1 aa").exitCode() == 0);
            assertEquals(before, link("cc"), () -> which + lab.log());
            lab.expect("docker rm -f cc");
        }
        lab.expect("! journalctl -u tapswitch --no-pager | grep 'belongs to no port'");
    }

    @Test
    @Order(4)
    void containersStartAgainWithDocker() {
        lab.expect("systemctl restart docker");
        awaitService();
        lab.expect("docker exec bb ping -c 1 -W 20 aa");
    }

    @Test
    @Order(5)
    void networksWorkBesideFirewalld() {
        assumeTrue(Command.exists("firewall-cmd"), "needs firewalld");
        CommandResult started = lab.run("systemctl start firewalld");
        assumeTrue(started.exitCode() == 0, () -> "firewalld can't run here: " + started.output());
        assertAllServicesAreReachable();
        lab.expect("firewall-cmd --reload");
        assertAllServicesAreReachable();
        lab.expect("systemctl restart tapswitch"); // Tapswitch starts after firewalld
        assertAllServicesAreReachable();
        assertEquals("net0", lab.expect("firewall-cmd --zone=trusted --list-interfaces"));
        // An interface that the administrator has added to a zone stays there.
        lab.expect("firewall-cmd --permanent --zone=block --add-interface=net2 && firewall-cmd --reload");
        lab.expect(
                "docker network create -d tapswitch --subnet 10.77.0.0/24 -o com.docker.network.bridge.name=net2 net2");
        CommandResult blocked = lab.run("docker run --rm --network net2 box ping -c 1 -W 2 198.18.0.2");
        assertNotEquals(0, blocked.exitCode(), blocked.output());
        assertEquals("net2", lab.expect("firewall-cmd --zone=block --list-interfaces"));
        lab.expect("docker network rm net2");
        lab.expect("firewall-cmd --permanent --zone=block --remove-interface=net2 && firewall-cmd --reload");
        assertAllServicesAreReachable();
        assertANetworkLeavesNoRules("nft list table inet firewalld");
        lab.expect("systemctl stop firewalld");
    }

    @Test
    @Order(6)
    void networksWorkBesideUfw() {
        assumeTrue(Command.exists("ufw"), "needs ufw");
        CommandResult enabled = lab.run("ufw --force enable");
        assumeTrue(enabled.exitCode() == 0, () -> "ufw can't run here: " + enabled.output());
        assertTrue(lab.expect("iptables -S FORWARD").contains("-P FORWARD DROP"));
        assertAllServicesAreReachable();
        lab.expect("ufw reload");
        assertAllServicesAreReachable();
        // A rule of the administrator applies before and after ufw reloads its rules.
        String denied = "docker exec bb timeout 5 wget -q -O - http://198.18.0.3:8080/";
        lab.expect(denied);
        lab.expect("ufw route deny to 198.18.0.3");
        assertNotEquals(0, lab.run(denied).exitCode());
        lab.expect("ufw reload");
        assertAllServicesAreReachable();
        assertNotEquals(0, lab.run(denied).exitCode());
        // The list excludes Docker's rules, which change with each network.
        assertANetworkLeavesNoRules("iptables-save -t filter | grep -e ufw- -e net1");
        lab.expect("ufw --force disable");
    }

    @Test
    @Order(7)
    void rulesAreRestoredAfterAFlush() {
        lab.expect("nft flush ruleset");
        assertAllServicesAreReachable();
    }

    @Test
    @Order(8)
    void aStopLeavesContainersTheirInterfacesAndNothingElse() {
        String before = link("bb");
        String port = "ip -o link show net0 | cut -d: -f1";
        String index = lab.expect(port);
        lab.expect("systemctl restart tapswitch");
        assertEquals(index, lab.expect(port), "index of the host port");
        lab.expect("systemctl stop tapswitch");
        String rules = lab.expect("nft list tables; iptables -S; ip6tables -S");
        assertTrue(!rules.contains("tapswitch") && !rules.contains("net0"), rules);
        // The interfaces of the two containers are ends of veth pairs, and the other ends wait for the next start.
        String links = lab.expect(OUR_LINKS);
        assertEquals(FastPathSupport.isAvailable() ? 2 : 0, links.lines().count(), links);
        assertTrue(links.lines().allMatch(link -> link.contains("parked until tapswitch starts")), links);
        assertEquals("0", lab.property("NFileDescriptorStore"));
        lab.expect("systemctl start tapswitch");
        assertAllServicesAreReachable();
        assertEquals(before.lines().findFirst(), link("bb").lines().findFirst(), "index of the container's interface");
    }

    /** Waits until containers are reachable by name, from the host at two addresses, from the Internet and by the host's address, and reach the Internet. */
    private static void assertAllServicesAreReachable() {
        List<String> commands = List.of(
                "docker exec bb timeout 30 sh -c 'ping -c 1 -W 10 aa && wget -q -O - http://198.18.0.2:8080/"
                        + " && wget -q -O - http://198.18.0.1:9001/'",
                "curl -sS -m 20 http://127.0.0.1:9001/ http://198.18.0.1:9001/",
                "ip netns exec inet curl -sS -m 20 http://198.18.0.1:9001/");
        for (String command : commands) {
            Await.within(
                    TIMEOUT, () -> command + lab.log(), () -> lab.run(command).exitCode() == 0);
        }
    }

    /** Creates and removes a network; afterwards the rules of another firewall are the same as before. */
    private static void assertANetworkLeavesNoRules(String list) {
        String before = lab.expect(list);
        lab.expect(
                "docker network create -d tapswitch --subnet 10.76.0.0/24 -o com.docker.network.bridge.name=net1 net1");
        assertNotEquals(before, lab.expect(list));
        lab.expect("docker network rm net1");
        assertEquals(before, lab.expect(list));
    }

    /** The namespace of veth ports stays stored, because later ports use it. */
    private static void assertOnlyTheSwitchsNamespaceIsStored() {
        assertEquals(FastPathSupport.isAvailable() ? "1" : "0", lab.property("NFileDescriptorStore"));
    }

    @Test
    @Order(9)
    void removedContainersAndNetworksLeaveNothingBehind() {
        lab.expect("docker rm -f aa bb && docker network rm net");
        assertEquals("", lab.expect(OUR_LINKS));
        assertOnlyTheSwitchsNamespaceIsStored();
        assertTrue(!lab.expect("nft list tables").contains("tapswitch"));
    }

    @Test
    @Order(10)
    void aCniNetworkWorksUnderTheUnitsHardening() throws IOException {
        assumeTrue(Files.isExecutable(CniRuntime.PLUGINS.resolve("host-local")), "needs containernetworking-plugins");
        lab.expect("ip netns add pod && sysctl -qw net.ipv4.ip_forward=0");
        lab.write("/root/pods.json", """
                {"cniVersion": "1.0.0", "name": "pods", "type": "tapswitch", "isDefaultGateway": true, "ipMasq": true,
                 "bandwidth": {"ingressRate": 50000000, "ingressBurst": 1000000, "egressRate": 50000000, "egressBurst": 1000000},
                 "ipam": {"type": "host-local", "subnet": "198.18.7.0/24", "dataDir": "/run/ipam"}}
                """);
        String call = "CNI_CONTAINERID=pod CNI_NETNS=/run/netns/pod CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni"
                + " /usr/lib/cni/tapswitch </root/pods.json";
        lab.expect("CNI_COMMAND=ADD " + call);
        lab.expect("ip netns exec pod ping -n -c 2 -i 0.2 -W 20 198.18.0.2");
        assertTrue(lab.expect("ip netns exec pod tc qdisc show dev ifb-eth0").contains("rate 50Mbit"));
        String index = lab.expect("ip netns exec pod cat /sys/class/net/eth0/ifindex");
        lab.expect("systemctl restart tapswitch");
        lab.expect("ip netns exec pod ping -n -c 2 -i 0.2 -W 20 198.18.0.2");
        assertEquals(index, lab.expect("ip netns exec pod cat /sys/class/net/eth0/ifindex"));
        lab.expect("CNI_COMMAND=DEL " + call);
        assertEquals(1, lab.expect("ip -n pod -br link").lines().count(), "only lo is left");
        assertEquals("", lab.expect(OUR_LINKS));
        assertOnlyTheSwitchsNamespaceIsStored();
    }

    @Test
    @Order(11)
    void removingThePackageRemovesWhatAKilledServiceHasLeft() throws IOException {
        lab.expect("iptables -P FORWARD DROP && mkdir -p /run/systemd/system/tapswitch.service.d");
        lab.write("/run/systemd/system/tapswitch.service.d/once.conf", "[Service]\nRestart=no\n");
        lab.expect("systemctl daemon-reload");
        // The interface of net3 disappears with the service; the TAP of net4 is persistent.
        for (int i = 3; i < 5; i++)
            lab.expect("docker network create -d tapswitch -o tapswitch.kind=" + (i == 3 ? "auto" : "tap")
                    + " --subnet 10.7" + i + ".0.0/24 -o com.docker.network.bridge.name=net" + i + " net" + i);
        lab.expect("systemctl kill -s KILL tapswitch");
        Await.within(
                TIMEOUT,
                () -> "the service is not restarted",
                () -> lab.property("ActiveState").equals("failed"));
        String left = "nft list tables; iptables -S; ip6tables -S; ip -o link show type tun";
        String before = lab.expect(left);
        assertTrue(before.contains("inet tapswitch") && before.contains("-i net3 -j ACCEPT"), before);
        assertTrue(before.contains("net4: "), before);
        lab.expect("dpkg --remove --no-triggers tapswitch");
        String after = lab.expect(left);
        assertTrue(!after.contains("tapswitch") && !after.contains("net3") && !after.contains("net4"), after);
    }

    private static void web(String name, String options) {
        lab.expect("docker run -d --name " + name + " --network net --restart always " + options
                + " box sh -c \"trap 'exit 0' TERM; echo " + name + " >/www/index.html; httpd -f -h /www & wait\"");
    }

    private static void awaitService() {
        Await.within(
                TIMEOUT,
                () -> "aa responds at 127.0.0.1:9001" + lab.log(),
                () -> lab.run("curl -s -m 10 http://127.0.0.1:9001/")
                        .output()
                        .strip()
                        .equals("aa"));
    }

    private static String got() {
        return lab.expect("docker exec aa cat /tmp/got");
    }

    /** Properties that change when an interface is recreated or loses its carrier. */
    private static String link(String container) {
        return lab.expect(
                "docker exec " + container + " sh -c 'cd /sys/class/net/eth0 && cat ifindex carrier_changes address'");
    }
}
