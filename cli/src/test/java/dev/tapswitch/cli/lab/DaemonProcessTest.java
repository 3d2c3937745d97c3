package dev.tapswitch.cli.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DaemonProcessTest {
    @Test
    void aLabsDaemonHasTheJvmOptionsOfTheService() throws IOException {
        List<String> flags = Files.readAllLines(Path.of("..", "config", "daemon.jvm")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertEquals(flags, DaemonProcess.FLAGS);
    }
}
