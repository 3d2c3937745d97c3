package dev.tapswitch.control.fastpath;

import java.util.Map;

/**
 * What the fast path uses in the kernel.
 *
 * @param attachment how the programs are attached: tcx or clsact
 * @param stations the number of stations in the kernel's map, which holds at most {@code maxStations}
 * @param ports the number of ports with attached programs, at most {@code maxPorts}
 * @param listings the programs in the kernel's notation, by name
 */
public record KernelUse(
        String attachment, int stations, int maxStations, int ports, int maxPorts, Map<String, String> listings) {}
