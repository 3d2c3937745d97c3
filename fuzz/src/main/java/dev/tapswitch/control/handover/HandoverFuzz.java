package dev.tapswitch.control.handover;

import dev.tapswitch.fuzz.FuzzInput;
import dev.tapswitch.linux.unix.UnixPacketSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The other process of a hand-over says anything, and ends: this one goes on, or fails in an orderly way. */
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
            // What a socket's queue holds without a reader.
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
                if (descriptors.length > 0) throw new AssertionError("descriptors that nobody sent");
            });
            predecessor.awaitForward();
            predecessor.awaitFree();
        } catch (IOException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("no reason", e);
        }
    }

    private static void expect(Predecessor predecessor, UnixPacketSocket other) {
        predecessor.failed("no reason");
        predecessor.close();
        try {
            HandoverProtocol.expect(other, HandoverProtocol.READY);
            throw new AssertionError("a failure is taken for readiness");
        } catch (IOException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("no reason", e);
        }
    }
}
