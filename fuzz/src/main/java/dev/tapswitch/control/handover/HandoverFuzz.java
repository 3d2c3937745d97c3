package dev.tapswitch.control.handover;

import dev.tapswitch.fuzz.FuzzInput;
import dev.tapswitch.linux.unix.UnixPacketSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The other process of a hand-over sends any messages and closes the connection: this process continues, or fails with an IOException. */
public final class HandoverFuzz {
    private static final Path SOCKET = Path.of(
            System.getProperty("java.io.tmpdir"),
            "tapswitch-fuzz-" + ProcessHandle.current().pid() + ".sock");

    private HandoverFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
        FuzzInput input = new FuzzInput(bytes);
        boolean isSuccessor = input.flag();
        Files.deleteIfExists(SOCKET);
        try (UnixPacketSocket listener = UnixPacketSocket.listen(SOCKET);
                Predecessor predecessor = Predecessor.of(Map.of(HandoverProtocol.VARIABLE, SOCKET.toString()))
                        .orElseThrow();
                UnixPacketSocket other = listener.accept(1_000)) {
            // The socket's queue holds so many messages while nobody reads.
            for (int i = 0; i < 8 && !input.isEmpty(); i++)
                other.send(new String(input.sized(100), StandardCharsets.UTF_8));
            if (isSuccessor) follow(predecessor, other);
            else expect(predecessor, other);
        } finally {
            Files.deleteIfExists(SOCKET);
        }
    }

    private static void follow(Predecessor predecessor, UnixPacketSocket other) {
        other.close();
        try {
            predecessor.takeQueues((name, descriptors) -> {
                if (descriptors.length > 0) throw new AssertionError("received descriptors that were not sent");
            });
            predecessor.awaitForward();
            predecessor.awaitFree((path, descriptors) -> {
                throw new AssertionError("received descriptors that were not sent");
            });
        } catch (IOException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("the error has no message", e);
        }
    }

    private static void expect(Predecessor predecessor, UnixPacketSocket other) {
        predecessor.failed("no reason");
        predecessor.close();
        try {
            HandoverProtocol.expect(other, HandoverProtocol.READY);
            throw new AssertionError("a failure is read as readiness");
        } catch (IOException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("the error has no message", e);
        }
    }
}
