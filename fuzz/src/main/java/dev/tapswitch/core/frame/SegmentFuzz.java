package dev.tapswitch.core.frame;

import dev.tapswitch.core.bridge.Egress;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.fuzz.FuzzInput;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Any frame with any virtio-net header is refused, or is split into frames with correct lengths and checksums whose payloads add up to the original
 * payload. The memory ends with the frame, so that a read beyond it throws.
 */
public final class SegmentFuzz {
    private static final int MAX_LENGTH = 65_549;
    private static final int TCP = 6;

    private SegmentFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        if (bytes.length < VirtioNetHeader.LENGTH + 2) return;
        FuzzInput input = new FuzzInput(bytes);
        // The input is repeated up to the wanted length, so that short inputs make super-frames.
        int wanted = input.u16() % MAX_LENGTH;
        byte[] given = input.rest();
        byte[] all = new byte[VirtioNetHeader.LENGTH + Math.max(given.length - VirtioNetHeader.LENGTH, wanted)];
        for (int i = 0; i < all.length; i++) all[i] = given[i % given.length];
        segment(MemorySegment.ofArray(all), all.length - VirtioNetHeader.LENGTH);
    }

    private static void segment(MemorySegment memory, int length) {
        for (boolean offload : new boolean[] {true, false}) {
            int verdict = Egress.judge(PortSettings.of("p", 1_500).withOffload(offload), memory, 0, length);
            if (verdict < Egress.AS_IS || verdict > Egress.TOO_BIG) throw new AssertionError("verdict " + verdict);
        }
        Segmenter segmenter = new Segmenter();
        int frames = segmenter.wrap(memory, 0, length);
        if (frames == Segmenter.BAD) return;
        if (frames < 1 || frames > length + 1) throw new AssertionError(frames + " frames");
        MemorySegment out = MemorySegment.ofArray(new byte[VirtioNetHeader.LENGTH + length]);
        int type = VirtioNetHeader.gsoType(memory, 0) & ~VirtioNetHeader.GSO_ECN;
        int total = 0;
        int headers = type == VirtioNetHeader.GSO_NONE ? 0 : headers(memory, type);
        for (int i = 0; i < frames; i++) {
            int size = segmenter.next(i, out, 0);
            if (size < headers || size > length) throw new AssertionError("segment " + i + " has " + size + " bytes");
            if (out.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) != 0)
                throw new AssertionError("the virtio-net header is not cleared");
            total += size - headers;
            if (type != VirtioNetHeader.GSO_NONE) check(out, memory, type, size, headers);
        }
        if (total != length - headers)
            throw new AssertionError("payload of " + total + " bytes instead of " + (length - headers));
    }

    private static int headers(MemorySegment memory, int type) {
        int transport = VirtioNetHeader.checksumStart(memory, 0);
        if (type == VirtioNetHeader.GSO_UDP_L4) return transport + 8;
        return transport + (Wire.u8(memory, VirtioNetHeader.LENGTH + transport + 12L) >>> 4) * 4;
    }

    private static void check(MemorySegment out, MemorySegment memory, int type, int size, int headers) {
        int transport = VirtioNetHeader.checksumStart(memory, 0);
        long at = VirtioNetHeader.LENGTH;
        int network = EthernetFrame.HEADER_LENGTH;
        while (EtherType.isTag(Wire.u16(out, at + network - 2))) network += EthernetFrame.TAG_LENGTH;
        boolean isIpv6 = Wire.u16(out, at + network - 2) == EtherType.IPV6;
        int protocol = type == VirtioNetHeader.GSO_UDP_L4 ? 17 : TCP;
        int length = size - transport;
        if (!isIpv6 && Checksum.finish(Checksum.add(0, out, at + network, transport - network)) != 0)
            throw new AssertionError("wrong IPv4 header checksum");
        int announced = Wire.u16(out, at + network + (isIpv6 ? 4 : 2)) + (isIpv6 ? 40 : 0);
        if (announced != (size - network & 0xFFFF) && announced != size - network)
            throw new AssertionError("IP length " + announced + " of " + (size - network));
        long pseudo = isIpv6
                ? Checksum.pseudoHeader6(out, at + network, protocol, length)
                : Checksum.pseudoHeader4(out, at + network, protocol, length);
        if (Checksum.finish(Checksum.add(pseudo, out, at + transport, length)) != 0)
            throw new AssertionError("wrong transport checksum; headers of " + headers + " bytes");
    }
}
