package dev.tapswitch.linux.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The number of CPUs that the machine may ever have: an entry of a per-CPU map has a value for each of them. */
final class PossibleCpus {
    static final int COUNT = read();

    private PossibleCpus() {}

    private static int read() {
        try {
            return count(Files.readString(Path.of("/sys/devices/system/cpu/possible")));
        } catch (IOException e) {
            throw new UncheckedIOException("the number of possible CPUs is unknown", e);
        }
    }

    /** The highest CPU number in a list such as {@code 0-3,8}, plus one. */
    static int count(String list) {
        String last = list.strip();
        last = last.substring(last.lastIndexOf(',') + 1);
        return Integer.parseInt(last.substring(last.lastIndexOf('-') + 1)) + 1;
    }
}
