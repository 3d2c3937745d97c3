package dev.tapswitch.control.api;

import dev.tapswitch.core.bridge.PortCounter;
import dev.tapswitch.dataplane.fastpath.FastPathCounters;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the kernel has counted of a port, in the terms of the API. */
final class FastCounters {
    private FastCounters() {}

    /** The kernel's part of a counter that workers count too. */
    static long of(FastPathCounters fast, PortCounter counter) {
        return switch (counter) {
            case RX_FRAMES -> fast.rxFrames();
            case RX_BYTES -> fast.rxBytes();
            case TX_FRAMES -> fast.txFrames();
            case TX_BYTES -> fast.txBytes();
            default -> 0;
        };
    }

    /** The kernel's parts alone, by name. */
    static Map<String, Long> of(FastPathCounters fast) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("fast-rx-frames", fast.rxFrames());
        counts.put("fast-rx-bytes", fast.rxBytes());
        counts.put("fast-tx-frames", fast.txFrames());
        counts.put("fast-tx-bytes", fast.txBytes());
        return counts;
    }
}
