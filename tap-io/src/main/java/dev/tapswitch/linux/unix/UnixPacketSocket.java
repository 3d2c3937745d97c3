package dev.tapswitch.linux.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A Unix socket that sends and receives whole messages in order (SOCK_SEQPACKET), with file descriptors. The JDK's channels support neither. Not
 * thread-safe.
 */
public final class UnixPacketSocket implements AutoCloseable {
    /** Maximum length of a message, bytes. The rest of a longer message is not sent. */
    private static final int MAX_BYTES = 4_096;

    /** A received message. The receiver owns the descriptors; they are close-on-exec. */
    public static final class Message {
        private final String text;
        private final int[] descriptors;

        private Message(String text, int[] descriptors) {
            this.text = text;
            this.descriptors = descriptors;
        }

        public String text() {
            return text;
        }

        public int[] descriptors() {
            return descriptors;
        }
    }

    /** The process that opened the other end, according to the kernel (SO_PEERCRED). */
    public record Peer(int pid, int uid) {}

    private final int fd;

    private UnixPacketSocket(int fd) {
        this.fd = fd;
    }

    /** Listens at a path that does not exist yet. Only this user can connect. */
    public static UnixPacketSocket listen(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            UnixPacketSocket socket = open();
            socket.require("binding " + path, Libc.bind(socket.fd, address.address(), (int) address.byteSize()));
            // Nobody can connect before listen(2).
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            socket.require("listening at " + path, Libc.listen(socket.fd, 1));
            return socket;
        }
    }

    /** Connects to the socket that listens at a path. */
    public static UnixPacketSocket connect(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            UnixPacketSocket socket = open();
            socket.require(
                    "connecting to " + path, Libc.connect(socket.fd, address.address(), (int) address.byteSize()));
            return socket;
        }
    }

    /** Accepts the next connection; null if nobody connects within {@code timeoutMs}. */
    public UnixPacketSocket accept(int timeoutMs) throws IOException {
        if (!isReadable(timeoutMs)) return null;
        int accepted = Libc.accept4(fd, Linux.SOCK_CLOEXEC);
        if (accepted < 0) throw new IOException("accepting: " + Errno.text(accepted));
        return new UnixPacketSocket(accepted);
    }

    /** The process that opened the other end of the connection. */
    public Peer peer() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(12, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 12);
            int result =
                    Libc.getsockopt(fd, Linux.SOL_SOCKET, Linux.SO_PEERCRED, credentials.address(), length.address());
            if (result < 0) throw new IOException("getting the peer's credentials: " + Errno.text(result));
            return new Peer(credentials.get(JAVA_INT, 0), credentials.get(JAVA_INT, 4));
        }
    }

    /** Sends one message with duplicates of at most {@link Linux#SCM_MAX_FD} descriptors. */
    public void send(String text, int... descriptors) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int length = Math.min(bytes.length, MAX_BYTES);
            MemorySegment header = header(arena, arena.allocateFrom(JAVA_BYTE, bytes), length);
            if (descriptors.length > 0) control(header, UnixDatagramSocket.control(arena, descriptors));
            int sent;
            do {
                sent = Libc.sendmsg(fd, header.address(), Linux.MSG_NOSIGNAL);
            } while (sent == -Errno.EINTR);
            if (sent < 0) throw new IOException("sending: " + Errno.text(sent));
        }
    }

    /**
     * Receives the next message; null if the other end is closed or its process has ended.
     *
     * @throws IOException also if no message arrives within {@code timeoutMs}
     */
    public Message receive(int timeoutMs) throws IOException {
        if (!isReadable(timeoutMs)) throw new IOException("no answer within " + timeoutMs + " ms");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(MAX_BYTES);
            MemorySegment header = header(arena, bytes, MAX_BYTES);
            MemorySegment control = UnixDatagramSocket.control(arena, new int[Linux.SCM_MAX_FD]);
            control(header, control);
            int received;
            do {
                received = Libc.recvmsg(fd, header.address(), Linux.MSG_CMSG_CLOEXEC);
            } while (received == -Errno.EINTR);
            if (received == 0 || received == -Errno.ECONNRESET) return null;
            if (received < 0) throw new IOException("receiving: " + Errno.text(received));
            String text = new String(bytes.asSlice(0, received).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
            return new Message(text, descriptors(header, control));
        }
    }

    private static int[] descriptors(MemorySegment header, MemorySegment control) {
        if (header.get(JAVA_LONG, 40) < UnixDatagramSocket.CMSGHDR_SIZE) return new int[0];
        long length = control.get(JAVA_LONG, 0) - UnixDatagramSocket.CMSGHDR_SIZE;
        return control.asSlice(UnixDatagramSocket.CMSGHDR_SIZE, length).toArray(JAVA_INT);
    }

    private boolean isReadable(int timeoutMs) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 8);
            poll.set(JAVA_INT, 0, fd);
            poll.set(JAVA_SHORT, 4, (short) Linux.POLLIN);
            int ready;
            do {
                ready = Libc.poll(poll.address(), 1, timeoutMs);
            } while (ready == -Errno.EINTR);
            if (ready < 0) throw new IOException("waiting: " + Errno.text(ready));
            return ready > 0;
        }
    }

    private static MemorySegment header(Arena arena, MemorySegment bytes, int length) {
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(JAVA_LONG, 0, bytes.address());
        vector.set(JAVA_LONG, 8, length);
        MemorySegment header = arena.allocate(UnixDatagramSocket.MSGHDR_SIZE, 8);
        header.set(JAVA_LONG, 16, vector.address());
        header.set(JAVA_LONG, 24, 1);
        return header;
    }

    private static void control(MemorySegment header, MemorySegment control) {
        header.set(JAVA_LONG, 32, control.address());
        header.set(JAVA_LONG, 40, control.byteSize());
    }

    private static UnixPacketSocket open() throws IOException {
        int fd = Libc.socket(Linux.AF_UNIX, Linux.SOCK_SEQPACKET | Linux.SOCK_CLOEXEC, 0);
        if (fd < 0) throw new IOException("cannot open a Unix socket: " + Errno.text(fd));
        return new UnixPacketSocket(fd);
    }

    private static MemorySegment address(Arena arena, Path path) throws IOException {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= Linux.SUN_PATH_SIZE)
            throw new IOException(
                    path + " is too long for a Unix socket; expected less than " + Linux.SUN_PATH_SIZE + " bytes");
        MemorySegment address = arena.allocate(Linux.SUN_PATH_OFFSET + bytes.length + 1L, 8);
        address.set(JAVA_SHORT, 0, (short) Linux.AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, Linux.SUN_PATH_OFFSET, bytes.length);
        return address;
    }

    private void require(String what, int result) throws IOException {
        if (result >= 0) return;
        close();
        throw new IOException(what + ": " + Errno.text(result));
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
