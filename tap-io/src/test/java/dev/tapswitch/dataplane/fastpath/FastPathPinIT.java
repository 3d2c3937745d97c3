package dev.tapswitch.dataplane.fastpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.dataplane.fastpath.FastPathSettings.Attachment;
import dev.tapswitch.linux.bpf.BpfFixture;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.sys.DeviceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pinned maps and programs outlive a process that is killed, the next process takes them over, and unpin removes them. */
@Timeout(180)
class FastPathPinIT {
    /** A process that opens a pinned fast path in a namespace, adds two ports with their stations, and waits to be killed. */
    static final class Owner {
        /** Arguments: pins, attachment, namespace, then host end and TAP of each port. */
        public static void main(String[] arguments) throws Exception {
            FastPath fastPath = FastPath.open(settings(Path.of(arguments[0]), Attachment.valueOf(arguments[1])));
            NamespaceThread.call(new Namespace.Named(arguments[2]), () -> {
                for (int i = 0; i < 2; i++) {
                    int hostEnd = Integer.parseInt(arguments[3 + 2 * i]);
                    int tap = Integer.parseInt(arguments[4 + 2 * i]);
                    fastPath.add(new FastPathPort(FastPathBed.SWITCH, hostEnd, tap, 1500));
                    fastPath.put(FastPathBed.station(i), hostEnd, true, false);
                }
                fastPath.beat(System.nanoTime());
                return null;
            });
            System.out.println("ready");
            System.in.read();
        }
    }

    private static FastPathSettings settings(Path pins, Attachment attachment) {
        return new FastPathSettings(Optional.of(pins), attachment, 1_024, 16);
    }

    private static Process startOwner(FastPathBed bed, Path pins, Attachment attachment) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                pins.toString(),
                attachment.name(),
                bed.host.name()));
        for (int i = 0; i < 2; i++) {
            command.add(Integer.toString(bed.hostEnd(i)));
            command.add(Integer.toString(bed.host.ifindex("t" + i)));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        assertEquals("ready", output.readLine());
        return process;
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    }

    private static boolean isConnected(FastPathBed bed) {
        return bed.containers.get(0).reaches(FastPathBed.ipv4(1));
    }

    private static boolean isCutOff(FastPathBed bed) {
        return bed.containers.get(0).isCutOffFrom(FastPathBed.ipv4(1));
    }

    @ParameterizedTest
    @EnumSource
    void knownTrafficOutlivesAKilledProcessAndTheNextOneTakesOver(Attachment attachment) throws Exception {
        FastPathBed.assume(attachment);
        try (FastPathBed bed = new FastPathBed(2);
                BpfFixture.Mount mount = BpfFixture.mount()) {
            Path pins = mount.path().resolve("fastpath");
            assertTrue(isCutOff(bed));
            Process owner = startOwner(bed, pins, attachment);
            try {
                assertTrue(isConnected(bed));
            } finally {
                kill(owner);
            }
            assertTrue(isConnected(bed), "while no process runs");
            try (FastPath next = FastPath.open(settings(pins, attachment))) {
                assertTakenOver(bed, next);
                assertTrue(isConnected(bed));
                for (int i = 0; i < 2; i++) bed.add(next, bed.port(i));
                assertTrue(isConnected(bed), "with the new programs");
                long frames = next.counters(bed.hostEnd(0)).rxFrames();
                assertEquals(4, frames, "the counters are kept");
                next.remove(FastPathBed.station(1));
                assertTrue(isCutOff(bed), "the programs still use the same maps");
                next.put(FastPathBed.station(1), bed.hostEnd(1), true, false);
                assertTrue(isConnected(bed));
            }
            assertTrue(isConnected(bed), "after the second process has closed it");
            unpin(bed, pins, attachment);
            assertTrue(isCutOff(bed));
            assertFalse(Files.exists(pins));
            for (String device : new String[] {"h0", "h1", "t0", "t1"}) assertHasNoProgram(bed, device);
        }
    }

    private static void assertTakenOver(FastPathBed bed, FastPath next) throws DeviceException {
        assertEquals(2, next.ports().size());
        for (int i = 0; i < 2; i++)
            assertTrue(next.ports().contains(bed.port(i)), next.ports().toString());
        List<FastPath.Station> stations = new ArrayList<>();
        next.forEachStation(stations::add);
        assertEquals(2, stations.size());
        for (int i = 0; i < 2; i++) {
            assertTrue(stations.contains(new FastPath.Station(FastPathBed.station(i), bed.hostEnd(i), true, false)));
        }
    }

    private static void unpin(FastPathBed bed, Path pins, Attachment attachment) throws DeviceException {
        bed.host.call(() -> {
            FastPath.open(settings(pins, attachment)).unpin();
            return null;
        });
    }

    private static void assertHasNoProgram(FastPathBed bed, String device) {
        assertEquals("", bed.host.exec("tc", "filter", "show", "dev", device, "ingress"));
        assertFalse(bed.host.exec("tc", "qdisc", "show", "dev", device).contains("clsact"));
    }

    @ParameterizedTest
    @EnumSource
    void withoutPinsUnpinRemovesTheProgramsToo(Attachment attachment) throws Exception {
        FastPathBed.assume(attachment);
        try (FastPathBed bed = new FastPathBed(2)) {
            FastPath fastPath = FastPath.open(FastPathBed.settings(attachment));
            bed.addAll(fastPath);
            assertTrue(isConnected(bed));
            bed.host.call(() -> {
                fastPath.unpin();
                return null;
            });
            assertTrue(isCutOff(bed));
            for (String device : new String[] {"h0", "h1", "t0", "t1"}) assertHasNoProgram(bed, device);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRecreatedTapReplacesTheOldOne(Attachment attachment) throws Exception {
        FastPathBed.assume(attachment);
        try (FastPathBed bed = new FastPathBed(2);
                BpfFixture.Mount mount = BpfFixture.mount()) {
            Path pins = mount.path().resolve("fastpath");
            try (FastPath fastPath = FastPath.open(settings(pins, attachment))) {
                bed.addAll(fastPath);
                bed.taps.removeFirst().close();
                bed.host.ip("tuntap", "add", "t0", "mode", "tap");
                bed.add(fastPath, bed.port(0));
                assertTrue(isConnected(bed));
                assertEquals(2, fastPath.ports().size());
                unpin(bed, pins, attachment);
            }
        }
    }

    /** An earlier process was killed while it created the maps, so that one of them is missing. */
    @ParameterizedTest
    @EnumSource
    void anIncompleteSetOfMapsIsRecreated(Attachment attachment) throws Exception {
        FastPathBed.assume(attachment);
        try (BpfFixture.Mount mount = BpfFixture.mount()) {
            Path pins = mount.path().resolve("fastpath");
            FastPath.open(settings(pins, attachment)).close();
            Files.delete(pins.resolve("control"));
            try (FastPath again = FastPath.open(settings(pins, attachment))) {
                assertEquals(List.of(), again.ports());
                again.unpin();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theErrorForMapsOfAnotherSizeNamesTheReason(Attachment attachment) throws Exception {
        FastPathBed.assume(attachment);
        try (BpfFixture.Mount mount = BpfFixture.mount()) {
            Path pins = mount.path().resolve("fastpath");
            FastPath.open(settings(pins, attachment)).close();
            FastPathSettings other = new FastPathSettings(Optional.of(pins), attachment, 2_048, 16);
            String message = assertThrows(DeviceException.class, () -> FastPath.open(other))
                    .getMessage();
            assertTrue(message.contains("another kind or size"), message);
            FastPath.open(settings(pins, attachment)).unpin();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPortWhoseInterfaceIsMissingIsNotAdded(Attachment attachment) throws Exception {
        FastPathBed.assume(attachment);
        try (FastPathBed bed = new FastPathBed(1);
                FastPath fastPath = FastPath.open(FastPathBed.settings(attachment))) {
            FastPathPort missing = new FastPathPort(FastPathBed.SWITCH, bed.hostEnd(0), 4_711, 1500);
            assertThrows(DeviceException.class, () -> bed.add(fastPath, missing));
            assertEquals(List.of(), fastPath.ports());
            assertHasNoProgram(bed, "h0");
        }
    }
}
