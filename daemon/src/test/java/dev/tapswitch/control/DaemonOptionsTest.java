package dev.tapswitch.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DaemonOptionsTest {
    @Test
    void theCommandLineOfTheUnitNeedsNoParser() {
        assertEquals(
                Optional.of(new DaemonOptions(Path.of("/etc/x.yaml"))),
                DaemonOptions.ofUnit("daemon", "--config", "/etc/x.yaml"));
    }

    @Test
    void everyOtherCommandLineIsLeftToTheParser() {
        assertEquals(Optional.empty(), DaemonOptions.ofUnit("daemon", "--help"));
        assertEquals(Optional.empty(), DaemonOptions.ofUnit("daemon", "-c", "/etc/x.yaml"));
        assertEquals(Optional.empty(), DaemonOptions.ofUnit("daemon", "--config", "x.yaml", "--socket", "x.sock"));
    }
}
