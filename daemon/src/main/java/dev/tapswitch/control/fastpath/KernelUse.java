package dev.tapswitch.control.fastpath;

import java.util.Map;

/**
 * What the fast path has in the kernel.
 *
 * @param attachment how the programs are attached: tcx or clsact
 * @param listings the programs in the kernel's notation, by name
 */
public record KernelUse(
        String attachment, int stations, int maxStations, int ports, int maxPorts, Map<String, String> listings) {}
