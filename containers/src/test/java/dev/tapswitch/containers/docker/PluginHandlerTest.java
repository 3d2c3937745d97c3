package dev.tapswitch.containers.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.http.RequestHandler;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import org.junit.jupiter.api.Test;

class PluginHandlerTest {
    private static String error(Exception failure) {
        return PluginHandler.explain("/NetworkDriver.Join", failure).path("Err").asString();
    }

    @Test
    void aRefusedRequestIsExplainedToTheUser() {
        assertEquals(
                "address: no",
                error(new RequestException(Reason.INVALID, "address: no")),
                "the response has the message of the exception");
    }

    @Test
    void anIllegalArgumentInTheDaemonIsReportedAsABug() {
        String error = error(new IllegalArgumentException("interface name x cannot be part of a rule"));
        assertTrue(error.startsWith(RequestHandler.BUG), error);
    }
}
