package dev.tapswitch.linux.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.unix.UnixPacketSocket.Message;
import dev.tapswitch.linux.unix.UnixPacketSocket.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixPacketSocketTest {
    private static final int LONG_MS = 30_000;

    @TempDir
    private Path directory;

    private Path path;
    private UnixPacketSocket listener;
    private UnixPacketSocket client;
    private UnixPacketSocket server;

    @BeforeEach
    void connect() throws IOException {
        path = directory.resolve("socket");
        listener = UnixPacketSocket.listen(path);
        client = UnixPacketSocket.connect(path);
        server = listener.accept(LONG_MS);
    }

    @AfterEach
    void close() {
        if (client != null) client.close();
        server.close();
        listener.close();
    }

    private void closeClient() {
        client.close();
        client = null;
    }

    @Test
    void messagesArriveWholeAndInOrder() throws IOException {
        client.send("one");
        client.send("two");
        assertEquals("one", server.receive(LONG_MS).text());
        assertEquals("two", server.receive(LONG_MS).text());
    }

    @Test
    void descriptorsArePassedAsDuplicatesThatAreCloseOnExec() throws IOException {
        int file = Libc.open("/dev/zero", Linux.O_RDONLY);
        client.send("zero", file, file);
        Libc.close(file);
        Message message = server.receive(LONG_MS);
        assertEquals(2, message.descriptors().length);
        for (int descriptor : message.descriptors()) {
            assertEquals(
                    "/dev/zero",
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                            .toString());
            String flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor))
                    .get(1);
            int octal = Integer.parseInt(flags.replaceAll("\\D", ""), 8);
            assertTrue((octal & Linux.O_CLOEXEC) != 0, flags);
            Libc.close(descriptor);
        }
    }

    @Test
    void aClosedConnectionEndsTheMessages() throws IOException {
        client.send("last");
        closeClient();
        assertEquals("last", server.receive(LONG_MS).text());
        assertNull(server.receive(LONG_MS));
    }

    @Test
    void waitingIsLimited() throws IOException {
        assertThrows(IOException.class, () -> server.receive(1));
        assertNull(listener.accept(1));
    }

    @Test
    void thePeerIsTheProcessThatConnected() throws IOException {
        Peer peer = server.peer();
        assertEquals(ProcessHandle.current().pid(), peer.pid());
        assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), peer.uid());
    }

    @Test
    void onlyTheUserCanConnect() throws IOException {
        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(path));
    }

    @Test
    void aPathThatIsTakenOrTooLongIsRefusedWithItsName() {
        IOException taken = assertThrows(IOException.class, () -> UnixPacketSocket.listen(path));
        assertTrue(taken.getMessage().contains(path + ": EADDRINUSE"), taken.getMessage());
        Path tooLong = Path.of("/tmp/" + "x".repeat(Linux.SUN_PATH_SIZE));
        IOException e = assertThrows(IOException.class, () -> UnixPacketSocket.connect(tooLong));
        assertTrue(e.getMessage().contains("too long"), e.getMessage());
    }
}
