package dev.tapswitch.core.frame;

import dev.tapswitch.core.net.MacAddress;
import java.lang.foreign.MemorySegment;

/** Any bytes can be parsed and printed as a frame. The memory ends with the frame, so that a read beyond it throws. */
public final class FrameFuzz {
    private FrameFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        MemorySegment memory = MemorySegment.ofArray(input);
        EthernetFrame frame = new EthernetFrame().wrap(memory, 0, input.length);
        if (!frame.isTruncated()) read(frame, memory, input.length);
        String text = FrameText.summary(memory, 0, input.length);
        if (text.isBlank() || text.lines().count() != 1) throw new AssertionError(text);
    }

    private static void read(EthernetFrame frame, MemorySegment memory, int length) {
        int payload = frame.payloadOffset();
        if (payload < EthernetFrame.HEADER_LENGTH || payload > length)
            throw new AssertionError("the payload begins at " + payload);
        if (frame.vlan() > 0xFFF || frame.etherType() > 0xFFFF) throw new AssertionError("a field is too large");
        if (MacAddress.parse(MacAddress.format(frame.source())) != frame.source())
            throw new AssertionError("a MAC is not read back");
        ArpPacket arp = new ArpPacket().wrap(memory, payload, length - payload);
        if (arp.isValid() && (arp.senderAddress() >>> 32 != 0 || arp.targetAddress() >>> 32 != 0))
            throw new AssertionError("an IPv4 address has more than 32 bits");
        NeighbourDiscovery discovery = new NeighbourDiscovery().wrap(memory, payload, length - payload);
        if (!discovery.isPresent() || !discovery.isWellFormed()) return;
        discovery.hasValidChecksum();
        discovery.isDuplicateAddressDetection();
        if (discovery.claims() && discovery.linkLayerAddress() >>> 48 != 0)
            throw new AssertionError("a MAC has more than 48 bits");
    }
}
