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
                DaemonOptions.asUnitsWriteThem("daemon", "--config", "/etc/x.yaml"));
    }

    @Test
    void everyOtherCommandLineIsLeftToTheParser() {
        assertEquals(Optional.empty(), DaemonOptions.asUnitsWriteThem("daemon", "--help"));
        assertEquals(Optional.empty(), DaemonOptions.asUnitsWriteThem("daemon", "-c", "/etc/x.yaml"));
        assertEquals(
                Optional.empty(), DaemonOptions.asUnitsWriteThem("daemon", "--config", "x.yaml", "--socket", "x.sock"));
    }
}
