package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.unix.UnixPacketSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BpfMapIT {
    private static final MapSpec HASH = MapSpec.hash("numbers", Long.BYTES, Long.BYTES, 2_000);

    @BeforeAll
    static void needsBpf() {
        BpfFixture.assume(BpfFeature.MAPS);
    }

    private static void put(BpfMap map, long key, long value) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            map.update(arena.allocateFrom(JAVA_LONG, key), arena.allocateFrom(JAVA_LONG, value));
        }
    }

    /** Returns the value of a key, or -1 if the map does not contain the key. */
    private static long get(BpfMap map, long key) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            return map.lookup(arena.allocateFrom(JAVA_LONG, key), value) ? value.get(JAVA_LONG, 0) : -1;
        }
    }

    @Test
    void aHashMapKeepsAnEntryUntilItIsDeleted() throws Exception {
        try (BpfMap map = BpfMap.create(HASH);
                Arena arena = Arena.ofConfined()) {
            assertEquals(-1, get(map, 7));
            put(map, 7, 70);
            put(map, 8, 80);
            put(map, 7, 71);
            assertEquals(71, get(map, 7));
            assertTrue(map.delete(arena.allocateFrom(JAVA_LONG, 7)));
            assertFalse(map.delete(arena.allocateFrom(JAVA_LONG, 7)));
            assertEquals(-1, get(map, 7));
            assertEquals(80, get(map, 8));
        }
    }

    @Test
    void allEntriesAreVisitedOnce() throws Exception {
        try (BpfMap map = BpfMap.create(HASH)) {
            for (long i = 0; i < 1_500; i++) put(map, i, i * 10);
            Map<Long, Integer> visits = new HashMap<>();
            MapEntries.visit(map, (key, value) -> {
                assertEquals(key.get(JAVA_LONG, 0) * 10, value.get(JAVA_LONG, 0));
                visits.merge(key.get(JAVA_LONG, 0), 1, Integer::sum);
            });
            assertEquals(1_500, visits.size());
            assertTrue(visits.values().stream().allMatch(count -> count == 1));
        }
    }

    @Test
    void anArrayHasAllItsEntriesFromTheBeginning() throws Exception {
        try (BpfMap map = BpfMap.create(MapSpec.array("slots", Long.BYTES, 300));
                Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_LONG, 5);
            map.update(arena.allocateFrom(JAVA_INT, 299), value);
            long[] sum = new long[2];
            MapEntries.visit(map, (key, each) -> {
                sum[0]++;
                sum[1] += each.get(JAVA_LONG, 0) * key.get(JAVA_INT, 0);
            });
            assertEquals(300, sum[0]);
            assertEquals(5 * 299, sum[1]);
            assertEquals(
                    7, // E2BIG: there is no such index
                    assertThrows(BpfException.class, () -> map.update(arena.allocateFrom(JAVA_INT, 300), value))
                            .errno());
        }
    }

    @Test
    void aPerCpuArrayHasAValueForEachCpu() throws Exception {
        try (BpfMap map = BpfMap.create(MapSpec.perCpuArray("counts", 12, 4));
                Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            assertEquals(16L * BpfMap.possibleCpus(), value.byteSize());
            for (int cpu = 0; cpu < BpfMap.possibleCpus(); cpu++) {
                map.valueOfCpu(value, cpu).set(JAVA_INT, 8, cpu + 1);
            }
            map.update(arena.allocateFrom(JAVA_INT, 3), value);
            value.fill((byte) 0);
            assertTrue(map.lookup(arena.allocateFrom(JAVA_INT, 3), value));
            int last = BpfMap.possibleCpus() - 1;
            assertEquals(last + 1, map.valueOfCpu(value, last).get(JAVA_INT, 8));
        }
    }

    @Test
    void aFullMapRefusesAnotherKeyAndTheErrorNamesTheMap() throws Exception {
        try (BpfMap map = BpfMap.create(MapSpec.hash("tiny", Long.BYTES, Long.BYTES, 1))) {
            put(map, 1, 1);
            BpfException refused = assertThrows(BpfException.class, () -> put(map, 2, 2));
            assertEquals("writing to map \"tiny\": E2BIG, argument list too long", refused.getMessage());
        }
    }

    @Test
    void memoryOfAnotherSizeNeverReachesTheKernel() throws Exception {
        try (BpfMap map = BpfMap.create(HASH);
                Arena arena = Arena.ofConfined()) {
            MemorySegment key = map.allocateKey(arena);
            assertThrows(IllegalArgumentException.class, () -> map.update(key, arena.allocate(4)));
            assertThrows(IllegalArgumentException.class, () -> map.delete(arena.allocate(4)));
            assertThrows(IllegalArgumentException.class, () -> map.lookup(key, MemorySegment.ofArray(new byte[8])));
        }
    }

    @Test
    void aMapThatWasPassedToAnotherProcessIsTheSameMap(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        try (UnixPacketSocket listening = UnixPacketSocket.listen(path);
                UnixPacketSocket sender = UnixPacketSocket.connect(path);
                UnixPacketSocket receiver = listening.accept(5_000)) {
            try (BpfMap map = BpfMap.create(HASH)) {
                put(map, 1, 11);
                sender.send("numbers", map.fd());
            }
            int[] descriptors = receiver.receive(5_000).descriptors();
            try (BpfMap passed = BpfMap.adopt(descriptors[0], HASH)) {
                assertEquals(11, get(passed, 1));
            }
        }
    }

    @Test
    void aDescriptorOfAnotherMapIsRefusedAndClosed() throws Exception {
        try (BpfMap map = BpfMap.create(HASH);
                BpfFixture.Mount mount = BpfFixture.mount()) {
            Path pin = mount.path().resolve("numbers");
            map.pin(pin);
            MapSpec other = MapSpec.hash("numbers", Long.BYTES, Long.BYTES, 3_000);
            int fd = Bpf.get(pin.toString());
            BpfException refused = assertThrows(BpfException.class, () -> BpfMap.adopt(fd, other));
            assertEquals(Errno.EINVAL, refused.errno());
            assertTrue(refused.getMessage().contains("another kind or size"), refused.getMessage());
            assertEquals(-Errno.EBADF, Libc.fcntl(fd, Linux.F_GETFL, 0));
        }
    }

    @Test
    void aPinKeepsAMapUntilItIsDeleted() throws Exception {
        try (BpfFixture.Mount mount = BpfFixture.mount()) {
            Path pin = mount.path().resolve("numbers");
            try (BpfMap map = BpfMap.create(HASH)) {
                put(map, 1, 11);
                map.pin(pin);
                assertEquals(
                        17, assertThrows(BpfException.class, () -> map.pin(pin)).errno()); // EEXIST
            }
            try (BpfMap map = BpfMap.open(pin, HASH)) {
                assertEquals(11, get(map, 1));
            }
            Files.delete(pin);
            assertEquals(
                    Errno.ENOENT,
                    assertThrows(BpfException.class, () -> BpfMap.open(pin, HASH))
                            .errno());
        }
    }

    @Test
    void aPinOutsideABpfFileSystemIsRefusedWithAdvice(@TempDir Path directory) throws Exception {
        try (BpfMap map = BpfMap.create(HASH)) {
            String message = assertThrows(BpfException.class, () -> map.pin(directory.resolve("numbers")))
                    .getMessage();
            assertTrue(message.contains("mount -t bpf"), message);
            assertEquals(1, message.lines().count());
        }
    }
}
