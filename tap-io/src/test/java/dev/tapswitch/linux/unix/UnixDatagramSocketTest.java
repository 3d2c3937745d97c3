package dev.tapswitch.linux.unix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.sys.Errno;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnixDatagramSocketTest {
    private static final byte[] MESSAGE = "READY=1".getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "@", "relative", "vsock:2:9999"})
    void aPathThatIsNotAnAddressIsRefused(String path) {
        var e = assertThrows(IllegalArgumentException.class, () -> new UnixDatagramSocket(path));
        assertTrue(e.getMessage().contains("expected"), e.getMessage());
    }

    @Test
    void aPathThatIsTooLongIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new UnixDatagramSocket("/" + "x".repeat(107)));
        new UnixDatagramSocket("/" + "x".repeat(106)).close();
    }

    @Test
    void sendingWithoutAReceiverReturnsTheErrno(@TempDir Path directory) {
        try (var missing = new UnixDatagramSocket(directory.resolve("missing").toString());
                var unbound = new UnixDatagramSocket(
                        "@tapswitch-test-" + ProcessHandle.current().pid())) {
            assertEquals(-Errno.ENOENT, missing.send(MESSAGE));
            assertEquals("ECONNREFUSED", Errno.name(unbound.send(MESSAGE)));
        }
    }
}
