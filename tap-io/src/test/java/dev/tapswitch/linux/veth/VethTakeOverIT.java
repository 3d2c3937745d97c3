package dev.tapswitch.linux.veth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.tc.RateLimit;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Veth pairs that an earlier process left are taken over or removed. */
@Timeout(180)
class VethTakeOverIT {
    private VethBed bed;

    @BeforeEach
    void create() throws Exception {
        bed = new VethBed(1);
    }

    @AfterEach
    void remove() {
        if (bed != null) bed.close();
    }

    private VethSpec spec() {
        return bed.spec(
                0, end -> end.queues(2).addresses(List.of("198.18.0.1/24")).receiveLimit(RateLimit.parse("30M")));
    }

    /** Closes the queues and deletes nothing, as the end of a process does. The port must not be used after that. */
    private static void crash(VethPort port) {
        for (int queue : port.queueFds()) Libc.close(queue);
    }

    private static int[] passedQueues(VethPort port) {
        return Arrays.stream(port.queueFds())
                .map(queue -> Libc.fcntl(queue, Linux.F_DUPFD_CLOEXEC, 0))
                .toArray();
    }

    @Test
    void aPairIsTakenOverAfterACrashWithANewTap() throws Exception {
        VethPort before = VethPort.open(spec(), bed.links);
        int peer = before.peerIndex();
        crash(before);
        assertEquals(List.of("h0"), bed.interfaces());
        try (VethPort after = VethPort.takeOver(spec(), bed.links, peer)) {
            assertEquals(before.hostEnd(), after.hostEnd());
            assertEquals(peer, after.peerIndex());
            assertEquals(LinkState.UP, after.state());
            assertEquals(2, after.queueFds().length);
            assertEquals(List.of("h0", "t0"), bed.interfaces());
        }
        assertEquals(List.of(), bed.interfaces());
        assertEquals(List.of(), bed.interfaces(0));
    }

    @Test
    void passedQueuesKeepTheTap() throws Exception {
        VethPort before = VethPort.open(spec(), bed.links);
        int peer = before.peerIndex();
        int[] queues = passedQueues(before);
        crash(before);
        try (VethPort after = VethPort.takeOver(spec(), bed.links, peer, queues)) {
            assertEquals(before.slowPath(), after.slowPath());
            assertTrue(Arrays.equals(queues, after.queueFds()));
            assertEquals(LinkState.UP, after.state());
        }
        assertEquals(List.of(), bed.interfaces());
    }

    @Test
    void aPersistentPairOutlivesItsPortAndKeepsItsTap() throws Exception {
        VethSpec persistent = bed.spec(0, end -> end.persistent(true).queues(2));
        VethPort before = VethPort.open(persistent, bed.links);
        int peer = before.peerIndex();
        before.close();
        assertEquals(List.of("h0", "t0"), bed.interfaces());
        bed.containers.get(0).ip("link", "set", "eth0", "down");
        bed.containers.get(0).ip("link", "set", "eth0", "name", "mine");
        VethSpec closedAtTheEnd = persistent.withEnd(
                persistent.end().toBuilder().persistent(false).mtu(1400).build());
        try (VethPort after = VethPort.takeOver(closedAtTheEnd, bed.links, peer)) {
            assertEquals(before.hostEnd(), after.hostEnd());
            assertEquals(before.slowPath(), after.slowPath());
            assertEquals("mine", after.currentName());
            assertEquals(LinkState.UP, after.state());
            assertTrue(bed.containers.get(0).ip("link", "show", "mine").contains("mtu 1400"));
        }
        assertEquals(List.of(), bed.interfaces());
        assertEquals(List.of(), bed.interfaces(0));
    }

    @Test
    void anotherPairUnderTheNameIsNotTakenOverAndTheQueuesStayTheCallers() throws Exception {
        try (VethPort port = VethPort.open(spec(), bed.links)) {
            int[] queues = passedQueues(port);
            DeviceException e = assertThrows(
                    DeviceException.class, () -> VethPort.takeOver(spec(), bed.links, port.peerIndex() + 1, queues));
            assertEquals(Kind.GONE, e.kind());
            for (int queue : queues) assertEquals(0, Libc.close(queue));
            assertEquals(LinkState.UP, port.state());
        }
    }

    @Test
    void aPairThatIsNotTakenOverIsRemoved() throws Exception {
        VethLeftovers.remove(spec(), bed.links);
        VethPort before = VethPort.open(spec(), bed.links);
        int peer = before.peerIndex();
        crash(before);
        assertFalse(bed.interfaces(0).isEmpty());
        VethLeftovers.remove(spec(), bed.links);
        assertEquals(List.of(), bed.interfaces());
        assertEquals(List.of(), bed.interfaces(0));
        DeviceException e = assertThrows(DeviceException.class, () -> VethPort.takeOver(spec(), bed.links, peer));
        assertEquals(Kind.GONE, e.kind());
    }
}
