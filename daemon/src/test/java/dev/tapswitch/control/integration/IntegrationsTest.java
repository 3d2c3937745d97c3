package dev.tapswitch.control.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.control.switches.ControlThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntegrationsTest {
    /** Records its calls. */
    private static final class Recorder implements Integration {
        private final List<String> calls = new ArrayList<>();

        @Override
        public void follow() {
            calls.add("follow");
        }

        @Override
        public void tick(long nowMs) {
            calls.add("tick");
        }

        @Override
        public void release() {
            calls.add("release");
        }
    }

    @Test
    void afterTheReleaseNoIntegrationIsCalled() throws IOException {
        Recorder recorder = new Recorder();
        try (ControlThread commands = new ControlThread();
                Integrations integrations = new Integrations(commands)) {
            integrations.create(context -> List.of(recorder), null);
            integrations.follow();
            integrations.tick(1);
            integrations.release();
            integrations.follow();
            integrations.tick(2);
        }
        assertEquals(List.of("follow", "tick", "release"), recorder.calls);
    }
}
