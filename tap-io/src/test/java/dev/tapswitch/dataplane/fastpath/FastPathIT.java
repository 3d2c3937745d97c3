package dev.tapswitch.dataplane.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.dataplane.fastpath.FastPathSettings.Attachment;
import dev.tapswitch.linux.bpf.TestNamespace;
import dev.tapswitch.linux.process.CommandRun;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only the fast path connects the containers: nobody reads the TAPs, so a frame that takes the slow path does not arrive. Each test runs with tcx and with clsact. */
@Timeout(180)
class FastPathIT {
    private interface Work {
        void run(FastPathBed bed, FastPath fastPath) throws Exception;
    }

    private static void withContainers(int count, Attachment attachment, Work work) throws Exception {
        FastPathBed.assume(attachment);
        try (FastPathBed bed = new FastPathBed(count);
                FastPath fastPath = FastPath.open(FastPathBed.settings(attachment))) {
            bed.addAll(fastPath);
            work.run(bed, fastPath);
        }
    }

    private static boolean pings(FastPathBed bed, int from, String address) {
        return bed.containers.get(from).reaches(address);
    }

    private static boolean isCutOff(FastPathBed bed, int from, String address) {
        return bed.containers.get(from).isCutOffFrom(address);
    }

    /** Reads all frames from the TAP. Returns whether one is unicast; the containers' kernels send multicast frames by themselves. */
    private static boolean hasUnicast(RawEnd tap) {
        boolean has = false;
        for (Optional<byte[]> next = tap.poll(); next.isPresent(); next = tap.poll()) has |= (next.get()[0] & 1) == 0;
        return has;
    }

    @ParameterizedTest
    @EnumSource
    void knownContainersPingEachOtherWithoutAFrameInUserspace(Attachment attachment) throws Exception {
        withContainers(3, attachment, (bed, fastPath) -> {
            assertTrue(pings(bed, 0, FastPathBed.ipv4(1)));
            assertTrue(pings(bed, 1, FastPathBed.ipv6(2)));
            assertTrue(pings(bed, 2, FastPathBed.ipv4(0)));
            FastPathCounters counters = fastPath.counters(bed.hostEnd(0));
            // Container 0 exchanges a request and a reply of 98 bytes with each of the other two.
            assertEquals(new FastPathCounters(2, 2 * 98, 2, 2 * 98, counters.slowFrames()), counters);
            for (int i = 0; i < 3; i++) assertFalse(hasUnicast(bed.tap(i)), "a frame in TAP " + i);
        });
    }

    @ParameterizedTest
    @EnumSource
    void bulkTcpPassesAsSuperFramesWithoutAFrameInUserspace(Attachment attachment) throws Exception {
        withContainers(2, attachment, (bed, fastPath) -> {
            try (IperfServer server = new IperfServer(bed.containers.get(1))) {
                String output = bed.containers
                        .get(0)
                        .exec("iperf3", "-c", FastPathBed.ipv4(1), "-p", server.port(), "-n", "200M", "-J");
                assertTrue(output.contains("\"sum_received\""), output);
            }
            assertFalse(hasUnicast(bed.tap(0)) || hasUnicast(bed.tap(1)));
            FastPathCounters counters = fastPath.counters(bed.hostEnd(1));
            assertTrue(counters.txBytes() > 200_000_000L, counters.toString());
            long perFrame = counters.txBytes() / counters.txFrames();
            assertTrue(perFrame > 3_000, "no super-frames: " + perFrame + " bytes per frame");
        });
    }

    @ParameterizedTest
    @EnumSource
    void aFrameThatIsTooLargeForTheEgressPortIsNotForwarded(Attachment attachment) throws Exception {
        withContainers(2, attachment, (bed, fastPath) -> {
            bed.host.ip("link", "set", "h0", "mtu", "9000");
            bed.containers.get(0).ip("link", "set", "eth0", "mtu", "9000");
            assertEquals(0, pingOfSize(bed, 1472).exit());
            // The ping would fail even if the request arrived, because its reply is too large too: so the requests are
            // counted.
            long before = received(bed, 1);
            assertNotEquals(0, pingOfSize(bed, 8000).exit());
            assertEquals(before, received(bed, 1));
            assertTrue(hasUnicast(bed.tap(0)));
        });
    }

    private static CommandRun pingOfSize(FastPathBed bed, int bytes) {
        String size = Integer.toString(bytes);
        return bed.containers
                .get(0)
                .tryExec("ping", "-q", "-c", "1", "-W", "3", "-M", "do", "-s", size, FastPathBed.ipv4(1));
    }

    private static long received(FastPathBed bed, int container) {
        String path = "/sys/class/net/eth0/statistics/rx_packets";
        return Long.parseLong(bed.containers.get(container).exec("cat", path).strip());
    }

    @ParameterizedTest
    @EnumSource
    void aFrameThatUserspaceWritesToATapLeavesByItsHostEnd(Attachment attachment) throws Exception {
        withContainers(2, attachment, (bed, fastPath) -> {
            try (RawEnd receiver = bed.container(1)) {
                TestFrame frame = TestFrame.of(FastPathBed.mac(5), FastPathBed.mac(1), 0x88b5);
                bed.tap(1).send(frame.bytes());
                Optional<byte[]> next;
                do {
                    next = receiver.poll();
                } while (next.isEmpty() || !frame.is(next.get()));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedStationIsNotReachedByTheFastPathAndAMovedOneIsReachedOnItsNewPort(Attachment attachment)
            throws Exception {
        withContainers(3, attachment, (bed, fastPath) -> {
            assertTrue(fastPath.remove(FastPathBed.station(1)));
            assertFalse(fastPath.remove(FastPathBed.station(1)));
            assertTrue(isCutOff(bed, 0, FastPathBed.ipv4(1)));
            fastPath.put(FastPathBed.station(1), bed.hostEnd(1), true, false);
            assertTrue(pings(bed, 0, FastPathBed.ipv4(1)));
            // Container 2 takes over the MAC and the address of container 1.
            bed.containers.get(1).ip("link", "set", "eth0", "down");
            bed.containers.get(2).ip("link", "set", "eth0", "address", "02:bb:00:00:00:02");
            bed.containers.get(2).ip("addr", "add", FastPathBed.ipv4(1) + "/24", "dev", "eth0");
            bed.containers
                    .get(2)
                    .ip("neigh", "replace", FastPathBed.ipv4(0), "lladdr", "02:bb:00:00:00:01", "dev", "eth0");
            assertTrue(isCutOff(bed, 0, FastPathBed.ipv4(1)));
            fastPath.put(FastPathBed.station(1), bed.hostEnd(2), true, false);
            assertTrue(pings(bed, 0, FastPathBed.ipv4(1)));
        });
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedPortIsNotReachedAndItsInterfacesHaveNoProgram(Attachment attachment) throws Exception {
        withContainers(2, attachment, (bed, fastPath) -> {
            assertTrue(pings(bed, 0, FastPathBed.ipv4(1)));
            bed.host.call(() -> {
                fastPath.remove(bed.hostEnd(1));
                return null;
            });
            assertTrue(isCutOff(bed, 0, FastPathBed.ipv4(1)));
            assertEquals("", bed.host.exec("tc", "filter", "show", "dev", "h1", "ingress"));
            assertEquals(1, fastPath.ports().size());
            bed.add(fastPath, bed.port(1));
            assertTrue(pings(bed, 0, FastPathBed.ipv4(1)));
        });
    }

    @ParameterizedTest
    @EnumSource
    void aStationThatSendsIsSeenAtTheTimeOfTheLastHeartbeat(Attachment attachment) throws Exception {
        withContainers(2, attachment, (bed, fastPath) -> {
            long now = System.nanoTime();
            fastPath.beat(now);
            assertTrue(fastPath.lastSeen(FastPathBed.station(0)).orElseThrow() < now);
            assertTrue(pings(bed, 0, FastPathBed.ipv4(1)));
            assertEquals(now, fastPath.lastSeen(FastPathBed.station(0)).orElseThrow());
            assertEquals(now, fastPath.lastSeen(FastPathBed.station(1)).orElseThrow());
            assertTrue(fastPath.lastSeen(FastPathBed.station(5)).isEmpty());
        });
    }

    @ParameterizedTest
    @EnumSource
    void onlyFramesForTheFarEndItselfCountAsAddressedToItsHost(Attachment attachment) throws Exception {
        withContainers(2, attachment, (bed, fastPath) -> {
            StationKey behind = new StationKey(0x02_bb_00_00_01_00L, 0, FastPathBed.SWITCH);
            fastPath.put(behind, bed.hostEnd(1), false, false);
            deliver(bed, behind.mac());
            assertEquals(0, ipPacketsReceived(bed.containers.get(1)));
            fastPath.put(behind, bed.hostEnd(1), true, false);
            deliver(bed, behind.mac());
            assertEquals(1, ipPacketsReceived(bed.containers.get(1)));
        });
    }

    private static void deliver(FastPathBed bed, long destination) throws Exception {
        try (FrameFates fates = new FrameFates(bed)) {
            TestFrame frame = TestFrame.ipv4(FastPathBed.mac(0), destination, TestFrame.UDP);
            assertEquals(FrameFates.Fate.FAST, fates.of(frame.transport(4_000, 4_001)));
        }
    }

    /** InReceives (RFC 4293): the packets that the kernel accepted as addressed to its host. */
    private static int ipPacketsReceived(TestNamespace container) {
        String numbers = container
                .exec("cat", "/proc/net/snmp")
                .lines()
                .filter(line -> line.startsWith("Ip: "))
                .skip(1)
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(numbers.split(" ", -1)[3]);
    }
}
