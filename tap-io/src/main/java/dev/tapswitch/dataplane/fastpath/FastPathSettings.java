package dev.tapswitch.dataplane.fastpath;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings of a fast path.
 *
 * @param pins a directory in a BPF file system, created if it does not exist, where maps and links are pinned so that they outlive the process; empty
 *     to pin nothing
 * @param attachment how programs are attached
 * @param maxStations maximum number of stations; each takes about 80 bytes
 * @param maxPorts maximum number of ports; the counters of each take 40 bytes per CPU
 */
public record FastPathSettings(Optional<Path> pins, Attachment attachment, int maxStations, int maxPorts) {
    /** How programs are attached to interfaces. {@link dev.tapswitch.linux.bpf.BpfFeature} lists what the kernel must support. */
    public enum Attachment {
        /** By tcx links, Linux 6.6 and later. An attachment ends with the process unless its link is pinned. */
        TCX,
        /** By tcx without links, Linux 6.6 and later. An attachment belongs to its interface and outlives the process. */
        TCX_DEVICE,
        /** By a filter of the clsact queueing discipline, for kernels without tcx. It belongs to its interface and outlives the process. */
        CLSACT,
        /** As TCX_DEVICE for a limited number of host ends, and as CLSACT for all other interfaces, so that many ports open and close fast. */
        MIXED
    }
}
