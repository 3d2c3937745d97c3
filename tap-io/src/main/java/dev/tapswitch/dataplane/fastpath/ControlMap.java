package dev.tapswitch.dataplane.fastpath;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.bpf.BpfException;
import dev.tapswitch.linux.bpf.BpfMap;
import dev.tapswitch.linux.bpf.Field;
import dev.tapswitch.linux.bpf.MapSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The map with one entry: what userspace tells all programs. */
final class ControlMap {
    /** When userspace was last alive, in nanoseconds of CLOCK_MONOTONIC; stations are stamped with it, so nothing ages while userspace is away. */
    static final Field HEARTBEAT = Field.u64("heartbeat", 0);

    private final BpfMap map;

    ControlMap(BpfMap map) {
        this.map = map;
    }

    static MapSpec spec() {
        return MapSpec.array("control", Long.BYTES, 1);
    }

    void setHeartbeat(long nanos) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            map.update(arena.allocateFrom(JAVA_INT, 0), arena.allocateFrom(JAVA_LONG, nanos));
        }
    }

    long heartbeat() throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = map.allocateValue(arena);
            map.lookup(arena.allocateFrom(JAVA_INT, 0), value);
            return value.get(JAVA_LONG, HEARTBEAT.offset());
        }
    }
}
