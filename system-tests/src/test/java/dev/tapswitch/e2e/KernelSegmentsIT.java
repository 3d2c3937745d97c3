package dev.tapswitch.e2e;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.frame.Segmenter;
import dev.tapswitch.core.frame.VirtioNetHeader;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.NamespaceThread;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.TestNetwork;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the segmenter with the kernel, byte for byte. Sockets of the kernel send super-frames and frames with partial checksums; the segmenter and the
 * kernel segment and complete the same frames. The kernel does so when a frame crosses its bridge from a TAP with offloads to one without.
 */
@Timeout(400)
class KernelSegmentsIT {
    private static final int MAX_LENGTH = 70_000;
    private static final int HEADER = VirtioNetHeader.LENGTH;
    /** The number of frames to compare. */
    private static final int MAX_COMPARED = 200;

    private final MemorySegment frame = Arena.ofAuto().allocate(MAX_LENGTH);
    private final MemorySegment fromSegmenter = Arena.ofAuto().allocate(MAX_LENGTH);
    private final MemorySegment fromKernel = Arena.ofAuto().allocate(MAX_LENGTH);
    private final Segmenter segmenter = new Segmenter();
    private final Set<Integer> gsoTypes = new HashSet<>();
    private int superFrames;
    private int checksums;

    @ParameterizedTest
    @ValueSource(strings = {"198.18.0.", "fd00:7a::"})
    void tcpSegmentsAndChecksumsEqualThoseOfTheKernel(String prefix) throws Exception {
        try (var net = new TestNetwork();
                var a = tap(net.node("a"), "eth0", true, prefix + "1/" + (prefix.contains(":") ? 64 : 24));
                var b = tap(net.node("b"), "eth0", true, prefix + "2/" + (prefix.contains(":") ? 64 : 24));
                var bridge = new Bridge(net)) {
            var listener = enter(net, "b", () -> new ServerSocket(7000, 1, InetAddress.getByName("::")));
            net.closeAtEnd(listener);
            var sent = CompletableFuture.runAsync(() -> enter(net, "a", () -> send(prefix + "2")));
            var received = CompletableFuture.supplyAsync(() -> drain(listener));
            while (!received.isDone() || !sent.isDone()) {
                relay(a, b, bridge);
                relay(b, a, bridge);
            }
            assertEquals(16L << 20, received.get());
            assertTrue(superFrames > 10, () -> "only " + superFrames + " super-frames");
            assertTrue(checksums > 0, "no frame with a partial checksum");
            assertEquals(
                    Set.of(prefix.contains(":") ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4), gsoTypes);
        }
    }

    @Test
    void udpSegmentsEqualThoseOfTheKernel() throws Exception {
        try (var net = new TestNetwork();
                var a = tap(net.node("a"), "eth0", true, "198.18.0.1/24");
                var b = tap(net.node("b"), "eth0", true, "198.18.0.2/24");
                var bridge = new Bridge(net)) {
            var sent = CompletableFuture.runAsync(() -> enter(net, "a", KernelSegmentsIT::sendDatagrams));
            Await.within(Duration.ofSeconds(60), () -> "ten UDP super-frames are compared", () -> {
                relay(a, b, bridge);
                relay(b, a, bridge);
                return superFrames >= 10;
            });
            sent.get();
            assertEquals(Set.of(VirtioNetHeader.GSO_UDP_L4), gsoTypes);
        }
    }

    private void relay(TapDevice from, TapDevice to, Bridge bridge) {
        int length = read(from, frame);
        if (length <= HEADER) return;
        compare(length, bridge);
        Libc.write(to.queueFds()[0], frame.address(), length);
    }

    /** Compares the segmenter's frames with the kernel's. */
    private void compare(int length, Bridge bridge) {
        int gso = VirtioNetHeader.gsoType(frame, 0) & ~VirtioNetHeader.GSO_ECN;
        boolean partial = (VirtioNetHeader.flags(frame, 0) & VirtioNetHeader.NEEDS_CSUM) != 0;
        if (gso != VirtioNetHeader.GSO_NONE) gsoTypes.add(gso);
        if (!partial || superFrames + checksums > MAX_COMPARED) return;
        if (gso == VirtioNetHeader.GSO_NONE) checksums++;
        else superFrames++;
        int frames = segmenter.wrap(frame, 0, length - HEADER);
        assertTrue(frames > 0, "the segmenter refuses a frame of the kernel");
        assertEquals(length, Libc.write(bridge.in.queueFds()[0], frame.address(), length));
        for (int i = 0; i < frames; i++) {
            int size = segmenter.next(i, fromSegmenter, 0);
            assertEquals(HEADER + size, bridge.next(fromKernel), "the length of segment " + i + " of " + frames);
            assertEquals(VirtioNetHeader.GSO_NONE, VirtioNetHeader.gsoType(fromKernel, 0));
            assertArrayEquals(bytes(fromKernel, size), bytes(fromSegmenter, size), "segment " + i + " of " + frames);
        }
    }

    private static byte[] bytes(MemorySegment memory, int length) {
        return memory.asSlice(HEADER, length).toArray(JAVA_BYTE);
    }

    private static int read(TapDevice tap, MemorySegment memory) {
        return Libc.read(tap.queueFds()[0], memory.address(), MAX_LENGTH);
    }

    private static TapDevice tap(Node node, String device, boolean offload, String... addresses)
            throws DeviceException {
        var namespace = new Namespace.Named(node.namespace());
        var tap = TapDevice.open(TapSpec.builder(device, namespace)
                .offload(offload)
                .addresses(List.of(addresses))
                .build());
        tap.setNonBlocking(true);
        return tap;
    }

    private static <T> T enter(TestNetwork net, String node, Callable<T> work) {
        return NamespaceThread.call("/run/netns/" + net.namespace(node), work);
    }

    private static Void send(String address) throws IOException {
        byte[] block = new byte[1 << 20];
        new Random(3).nextBytes(block);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, 7000), 10_000);
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < 16; i++) out.write(block);
        }
        return null;
    }

    private static long drain(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            return socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends UDP with UDP_SEGMENT (udp(7)): the kernel passes 20 datagrams to the device as one frame. Java's sockets do not have this option. */
    private static Void sendDatagrams() throws Exception {
        var connect = Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow("connect"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
        int fd = Libc.socket(2, 2, 0); // AF_INET, SOCK_DGRAM
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment to = arena.allocate(16);
            byte[] address = {2, 0, 0x1f, 0x40, (byte) 198, 18, 0, 2}; // struct sockaddr_in: AF_INET, port 8000
            MemorySegment.copy(address, 0, to, JAVA_BYTE, 0, address.length);
            assertEquals(0, (int) connect.invokeWithArguments(fd, to, 16));
            MemorySegment size = arena.allocate(JAVA_INT);
            size.set(JAVA_INT, 0, 1_201);
            assertEquals(0, Libc.setsockopt(fd, 17, 103, size.address(), 4)); // SOL_UDP, UDP_SEGMENT
            MemorySegment payload = arena.allocate(24_000);
            for (int i = 0; i < 24_000; i++) payload.set(JAVA_BYTE, i, (byte) (i * 31));
            for (int i = 0; i < 100; i++) {
                Libc.send(fd, payload.address(), 24_000 - i, 0);
                Thread.sleep(5);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            Libc.close(fd);
        }
        return null;
    }

    /** A bridge of the kernel between a TAP with offloads and one without. */
    private static final class Bridge implements AutoCloseable {
        final TapDevice in;
        final TapDevice out;

        Bridge(TestNetwork net) throws DeviceException {
            Node node = net.quietNode("k");
            node.ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
            in = tap(node, "in", true);
            out = tap(node, "out", false);
            for (String port : List.of("in", "out")) node.ip("link", "set", port, "master", "br0");
            // Frames of both directions enter by this port. If it learned their sources, the bridge would not forward
            // the replies.
            node.ip("link", "set", "in", "type", "bridge_slave", "learning", "off");
            node.ip("link", "set", "br0", "up");
        }

        /** Reads the next frame that the kernel sends, and returns its length with the virtio-net header; 0 if there is none within 20 s. */
        int next(MemorySegment memory) {
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (System.nanoTime() - deadline < 0) {
                int length = read(out, memory);
                if (length > 0) return length;
                Thread.onSpinWait();
            }
            return 0;
        }

        @Override
        public void close() {
            in.close();
            out.close();
        }
    }
}
