package dev.tapswitch.dataplane.fastpath;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.bpf.BpfException;
import dev.tapswitch.linux.bpf.BpfMap;
import dev.tapswitch.linux.bpf.Field;
import dev.tapswitch.linux.bpf.MapSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The BPF map with one entry that userspace writes for all programs: the heartbeat. */
final class ControlMap {
    /**
     * The time of userspace's last heartbeat, nanoseconds of CLOCK_MONOTONIC. Programs record this time, not the current one, when they see a
     * station's frame, so that no station ages while userspace is not running.
     */
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
