package dev.tapswitch.linux.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PossibleCpusTest {
    @Test
    void theCpusOfAllRangesAreCounted() {
        assertEquals(1, PossibleCpus.count("0\n"));
        assertEquals(4, PossibleCpus.count("0-3\n"));
        assertEquals(5, PossibleCpus.count("0-3,8\n"));
        assertEquals(68, PossibleCpus.count("0-3,64-127\n"));
    }
}
