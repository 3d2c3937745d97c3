package dev.tapswitch.dataplane.fastpath;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a fast path is opened with.
 *
 * @param pins a directory in a BPF file system, made if it is not there, by which maps and attachments outlive the process; empty: they end with it
 * @param attachment how programs are attached
 * @param maxStations entries in the map of stations, of about 80 bytes
 * @param maxPorts ports with counters, of 40 bytes per CPU
 */
public record FastPathSettings(Optional<Path> pins, Attachment attachment, int maxStations, int maxPorts) {
    /** See {@link dev.tapswitch.linux.bpf.BpfFeature} for which of them the kernel has. */
    public enum Attachment {
        /** Linux 6.6 and later. */
        TCX,
        /** The same, but the attachments belong to the interfaces and outlive the process without pins. */
        TCX_DEVICE,
        CLSACT
    }
}
