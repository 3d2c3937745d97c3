package dev.tapswitch.core.frame;

import dev.tapswitch.fuzz.FuzzInput;
import java.lang.foreign.MemorySegment;

/** The replies that the switch generates are valid for its own parsers and have the requested contents. */
public final class ReplyFuzz {
    private ReplyFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FuzzInput input = new FuzzInput(bytes);
        long owner = mac(input);
        long requester = mac(input);
        arp(owner, requester, input.i32() & 0xFFFF_FFFFL, input.i32() & 0xFFFF_FFFFL);
        advertisement(owner, requester, i64(input), i64(input), i64(input), i64(input));
    }

    private static void arp(long owner, long requester, long address, long requesterAddress) {
        MemorySegment memory = MemorySegment.ofArray(new byte[ArpReply.LENGTH]);
        int length = ArpReply.write(memory, 0, owner, address, requester, requesterAddress);
        EthernetFrame frame = new EthernetFrame().wrap(memory, 0, length);
        ArpPacket arp = new ArpPacket().wrap(memory, frame.payloadOffset(), length - frame.payloadOffset());
        boolean isCorrect = frame.destination() == requester
                && frame.source() == owner
                && frame.etherType() == EtherType.ARP
                && arp.isValid()
                && arp.operation() == ArpPacket.REPLY
                && arp.senderMac() == owner
                && arp.senderAddress() == address
                && arp.targetMac() == requester
                && arp.targetAddress() == requesterAddress;
        if (!isCorrect) throw new AssertionError(FrameText.summary(memory, 0, length));
    }

    private static void advertisement(
            long owner, long requester, long hi, long lo, long requesterHi, long requesterLo) {
        // A solicitation's target is not multicast (RFC 4861 section 7.1.1).
        if (hi >>> 56 == 0xFF) return;
        MemorySegment memory = MemorySegment.ofArray(new byte[NeighbourAdvertisement.LENGTH]);
        int length = NeighbourAdvertisement.write(memory, 0, owner, hi, lo, requester, requesterHi, requesterLo);
        EthernetFrame frame = new EthernetFrame().wrap(memory, 0, length);
        int payload = frame.payloadOffset();
        NeighbourDiscovery discovery = new NeighbourDiscovery().wrap(memory, payload, length - payload);
        boolean isCorrect = discovery.isPresent()
                && discovery.isWellFormed()
                && discovery.hasValidChecksum()
                && frame.destination() == requester
                && frame.source() == owner
                && discovery.type() == NeighbourDiscovery.ADVERTISEMENT
                && discovery.isSolicited()
                && discovery.targetHi() == hi
                && discovery.targetLo() == lo
                && discovery.linkLayerAddress() == owner;
        if (!isCorrect) throw new AssertionError(FrameText.summary(memory, 0, length));
    }

    private static long mac(FuzzInput input) {
        return (long) input.u16() << 32 | input.i32() & 0xFFFF_FFFFL;
    }

    private static long i64(FuzzInput input) {
        return (long) input.i32() << 32 | input.i32() & 0xFFFF_FFFFL;
    }
}
