package dev.tapswitch.e2e.testbed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.unix.UnixDatagramSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Receives and keeps the messages of sd_notify(3). The kernel closes descriptors that come with them, because the receiver reads no control data. */
public final class NotifyReceiver implements AutoCloseable {
    /** A message and the time of its arrival. */
    public record Message(long nanos, String text) {}

    private static final int MAX_LENGTH = 4_096;

    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final Path path;
    private final int fd;

    public NotifyReceiver(Path path) {
        this.path = path;
        fd = Libc.socket(Linux.AF_UNIX, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
            MemorySegment address = arena.allocate(Linux.SUN_PATH_OFFSET + name.length + 1L, 8);
            address.set(JAVA_SHORT, 0, (short) Linux.AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, Linux.SUN_PATH_OFFSET, name.length);
            int bound = Libc.bind(fd, address.address(), (int) address.byteSize());
            assertTrue(bound >= 0, () -> path + ": " + bound);
        }
        Thread.ofPlatform().daemon().name("notify-receiver").start(this::receive);
    }

    private void receive() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_LENGTH);
            while (true) {
                int length = Libc.recv(fd, buffer.address(), MAX_LENGTH, 0);
                if (length <= 0) return;
                byte[] bytes = buffer.asSlice(0, length).toArray(JAVA_BYTE);
                messages.add(new Message(System.nanoTime(), new String(bytes, StandardCharsets.UTF_8)));
            }
        }
    }

    public List<Message> messages() {
        return messages;
    }

    /** Counts the messages with a line that starts with {@code line}. */
    public long count(String line) {
        return messages.stream()
                .filter(message -> ("\n" + message.text).contains("\n" + line))
                .count();
    }

    @Override
    public void close() {
        // The receiving thread blocks in recv and keeps the socket open. An empty datagram ends it.
        try (var socket = new UnixDatagramSocket(path.toString())) {
            socket.send(new byte[0]);
        }
        Libc.close(fd);
    }
}
