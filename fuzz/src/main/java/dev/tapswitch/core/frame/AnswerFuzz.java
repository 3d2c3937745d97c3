package dev.tapswitch.core.frame;

import dev.tapswitch.fuzz.FuzzInput;
import java.lang.foreign.MemorySegment;

/** What the switch answers is valid by its own readers, and says what it was asked. */
public final class AnswerFuzz {
    private AnswerFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) {
        FuzzInput input = new FuzzInput(bytes);
        long owner = mac(input);
        long asker = mac(input);
        arp(owner, asker, input.i32() & 0xFFFF_FFFFL, input.i32() & 0xFFFF_FFFFL);
        advertisement(owner, asker, i64(input), i64(input), i64(input), i64(input));
    }

    private static void arp(long owner, long asker, long address, long askerAddress) {
        MemorySegment memory = MemorySegment.ofArray(new byte[ArpReply.LENGTH]);
        int length = ArpReply.write(memory, 0, owner, address, asker, askerAddress);
        EthernetFrame frame = new EthernetFrame().wrap(memory, 0, length);
        ArpPacket arp = new ArpPacket().wrap(memory, frame.payloadOffset(), length - frame.payloadOffset());
        boolean isRight = frame.destination() == asker
                && frame.source() == owner
                && frame.etherType() == EtherType.ARP
                && arp.isValid()
                && arp.operation() == ArpPacket.REPLY
                && arp.senderMac() == owner
                && arp.senderAddress() == address
                && arp.targetMac() == asker
                && arp.targetAddress() == askerAddress;
        if (!isRight) throw new AssertionError(FrameText.summary(memory, 0, length));
    }

    private static void advertisement(long owner, long asker, long hi, long lo, long askerHi, long askerLo) {
        // The one who asks asks for a station's address: a group is no owner.
        if (hi >>> 56 == 0xFF) return;
        MemorySegment memory = MemorySegment.ofArray(new byte[NeighbourAdvertisement.LENGTH]);
        int length = NeighbourAdvertisement.write(memory, 0, owner, hi, lo, asker, askerHi, askerLo);
        EthernetFrame frame = new EthernetFrame().wrap(memory, 0, length);
        int payload = frame.payloadOffset();
        NeighbourDiscovery discovery = new NeighbourDiscovery().wrap(memory, payload, length - payload);
        boolean isRight = discovery.isPresent()
                && discovery.isWellFormed()
                && discovery.hasValidChecksum()
                && frame.destination() == asker
                && frame.source() == owner
                && discovery.type() == NeighbourDiscovery.ADVERTISEMENT
                && discovery.isSolicited()
                && discovery.targetHi() == hi
                && discovery.targetLo() == lo
                && discovery.linkLayerAddress() == owner;
        if (!isRight) throw new AssertionError(FrameText.summary(memory, 0, length));
    }

    private static long mac(FuzzInput input) {
        return (long) input.u16() << 32 | input.i32() & 0xFFFF_FFFFL;
    }

    private static long i64(FuzzInput input) {
        return (long) input.i32() << 32 | input.i32() & 0xFFFF_FFFFL;
    }
}
