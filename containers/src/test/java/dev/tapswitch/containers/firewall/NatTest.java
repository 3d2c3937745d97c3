package dev.tapswitch.containers.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class NatTest {
    @Test
    void aRangeOfHostPortsThatEndsBeyondTheLastPortIsRefused() {
        var port = Ports.of("tap0", "tcp", "127.0.0.1", 0, "10.77.0.2", "", 80);
        var nat = new Nat(Runnable::run, List.of());
        var e = assertThrows(
                RequestException.class, () -> nat.publish("c1", List.of(new Nat.Request(port, 65_535, 65_536))));
        assertEquals(Reason.INVALID, e.reason());
        assertEquals(List.of(), nat.published());
    }
}
