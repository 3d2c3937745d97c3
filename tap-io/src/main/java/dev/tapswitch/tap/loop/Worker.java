package dev.tapswitch.tap.loop;

import dev.tapswitch.core.forward.Counters;
import dev.tapswitch.core.forward.DropReason;
import dev.tapswitch.core.forward.Egress;
import dev.tapswitch.core.forward.Forwarder;
import dev.tapswitch.core.forward.PortCounter;
import dev.tapswitch.core.forward.PortSettings;
import dev.tapswitch.core.forward.SwitchSnapshot;
import dev.tapswitch.core.frame.Segmenter;
import dev.tapswitch.core.frame.VirtioNetHeader;
import dev.tapswitch.tap.sys.Errno;
import dev.tapswitch.tap.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One worker's way of a frame, run to completion on its event loop: decide, then write the same bytes to each port's queue that this
 * worker owns. The loop's thread alone; nothing is allocated per frame.
 */
final class Worker {
    /** The longest frame a TAP hands over is 64 KiB of payload; the header and two tags come on top. */
    static final int BUFFER_LENGTH = 66_048;

    static final int HEADER = VirtioNetHeader.LENGTH;

    private final MemorySegment completed = Arena.ofAuto().allocate(BUFFER_LENGTH, 64);
    private final MemorySegment answer = Arena.ofAuto().allocate(HEADER + 128, 64);
    private final Segmenter segmenter = new Segmenter();
    private final HotQueues hotQueues;
    /** Null where the loop waits with epoll. */
    private final Bursts bursts;

    /** {@code bursts}: null where frames are read and written one by one. */
    Worker(HotQueues hotQueues, Bursts bursts) {
        this.hotQueues = hotQueues;
        this.bursts = bursts;
    }

    Bursts bursts() {
        return bursts;
    }

    HotQueues hotQueues() {
        return hotQueues;
    }

    /** On the loop when it has stopped all its queues, or, where it could not, once it has ended. Again: nothing. */
    void close() {
        if (bursts != null) bursts.close();
    }

    /** To be called where frames have come; what {@link #forward} is to have as {@code nowMs}. */
    long beginBatch() {
        long nowNanos = System.nanoTime();
        hotQueues.busyPoll().frameAt(nowNanos);
        return nowNanos / 1_000_000;
    }

    /**
     * Forwards what was read from a port: {@code virtio_net_hdr} and frame at {@code memory[offset, offset + length)}. No bytes make it
     * throw.
     */
    void forward(
            Lane lane, SwitchSnapshot snapshot, int inPort, MemorySegment memory, long offset, int length, long nowMs) {
        Forwarder forwarder = lane.forwarder();
        int frameLength = Math.max(0, length - HEADER);
        int decision = forwarder.decide(snapshot, inPort, memory, offset + HEADER, frameLength, nowMs);
        Trace trace = lane.trace();
        if (trace != null) trace.record(inPort, decision, memory, offset + HEADER, frameLength);
        if (decision >= 0) {
            send(lane, snapshot, decision, memory, offset, frameLength);
        } else if (decision == Forwarder.FLOOD) {
            flood(lane, snapshot, inPort, memory, offset, frameLength);
        } else if (decision == Forwarder.REPLY) {
            reply(lane, inPort);
        } else if (forwarder.hasConflicts()) {
            lane.conflictTimer().arm();
        }
    }

    private void flood(Lane lane, SwitchSnapshot snapshot, int inPort, MemorySegment memory, long offset, int length) {
        boolean gathers = bursts != null && bursts.gather();
        for (int i = 0; i < snapshot.floodPortCount(); i++) {
            int out = snapshot.floodPort(i);
            if (snapshot.mayPass(inPort, out)) send(lane, snapshot, out, memory, offset, length);
        }
        if (gathers) bursts.flush();
    }

    private void reply(Lane lane, int inPort) {
        Forwarder forwarder = lane.forwarder();
        VirtioNetHeader.clear(answer, 0);
        MemorySegment.copy(forwarder.reply(), 0, answer, HEADER, forwarder.replyLength());
        TapQueue queue = lane.queue(inPort);
        if (queue != null) write(queue, forwarder.counters(inPort), answer.address(), forwarder.replyLength());
    }

    private void send(Lane lane, SwitchSnapshot snapshot, int out, MemorySegment memory, long offset, int length) {
        TapQueue queue = lane.queue(out);
        PortSettings port = snapshot.port(out);
        Counters counters = lane.forwarder().counters(out);
        if (queue == null || port == null) {
            counters.drop(DropReason.PORT_DOWN);
            return;
        }
        switch (Egress.judge(port, memory, offset, length)) {
            case Egress.AS_IS -> {
                // What may need cutting on other frames is written at once for all, so that they keep their order.
                if (port.offload()) queue.write(counters, memory.address() + offset, length);
                else write(queue, counters, memory.address() + offset, length);
            }
            case Egress.COMPLETE -> complete(queue, counters, memory, offset, length);
            default -> counters.drop(DropReason.TOO_BIG);
        }
    }

    /** For a port that takes neither super-frames nor partial checksums. */
    private void complete(TapQueue queue, Counters counters, MemorySegment memory, long offset, int length) {
        int frames = segmenter.wrap(memory, offset, length);
        if (frames == Segmenter.BAD) {
            counters.drop(DropReason.BAD_OFFLOAD);
            return;
        }
        counters.add(frames == 1 ? PortCounter.CHECKSUMMED : PortCounter.SEGMENTED, 1);
        for (int i = 0; i < frames; i++) {
            int segment = segmenter.next(i, completed, 0);
            write(queue, counters, completed.address(), segment);
        }
    }

    /** Writes now. What failed was not written: once more, for the reason. */
    static void write(TapQueue queue, Counters counters, long address, int length) {
        int result = Libc.tryWrite(queue.descriptor(), address, HEADER + length);
        count(counters, result >= 0 ? result : Libc.write(queue.descriptor(), address, HEADER + length));
    }

    /** Counts a write by its result: bytes with the header, or -errno. */
    static void count(Counters counters, int result) {
        if (result >= 0) {
            counters.add(PortCounter.TX_FRAMES, 1);
            counters.add(PortCounter.TX_BYTES, result - HEADER);
        } else {
            counters.drop(reason(result));
        }
    }

    private static DropReason reason(int result) {
        return switch (-result) {
            case Errno.EIO, Errno.EBADFD, Errno.ENETDOWN, Errno.ENXIO -> DropReason.PORT_DOWN;
            case Errno.EAGAIN -> DropReason.QUEUE_FULL;
            case Errno.EINVAL -> DropReason.BAD_OFFLOAD;
            default -> DropReason.WRITE_FAILED;
        };
    }
}
