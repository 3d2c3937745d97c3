package dev.tapswitch.core.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SegmenterTest {
    private static final String ETHERNET = "020000000002 020000000001 ";
    private static final int HEADER = VirtioNetHeader.LENGTH;

    private final MemorySegment in = Arena.ofAuto().allocate(70_000);
    private final MemorySegment out = Arena.ofAuto().allocate(70_000);
    private final Segmenter segmenter = new Segmenter();

    /** Writes a virtio header and a super-frame to {@link #in}. Returns the length of the frame. */
    private int superFrame(boolean tcp, boolean ipv6, String tags, int gsoSize, byte[] payload, int tcpFlags) {
        String tcpHeader = "1389 1451 fffffff0 00000001 80%02x ffff 0000 0000 0101 080a 0000 0001".formatted(tcpFlags);
        String transportHeader = tcp ? tcpHeader + "00000002" : "1389 1451 0000 0000";
        byte[] transport = bytes(transportHeader);
        int transportLength = transport.length + payload.length;
        int protocol = tcp ? 6 : 17;
        String ip = ipv6
                ? "86dd 60000000 %04x %02x 40 fd000000000000000000000000000001 fd000000000000000000000000000002"
                        .formatted(transportLength & 0xFFFF, protocol)
                : "0800 4500 %04x fffe 4000 40 %02x 0000 c6120001 c6120002"
                        .formatted(transportLength + 20 & 0xFFFF, protocol);
        byte[] head = bytes(ETHERNET + tags + ip);
        int gsoType = tcp ? ipv6 ? VirtioNetHeader.GSO_TCPV6 : VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_UDP_L4;
        VirtioNetHeader.write(in, 0, VirtioNetHeader.NEEDS_CSUM, gsoType, gsoSize, head.length, tcp ? 16 : 6);
        put(HEADER, head);
        put(HEADER + head.length, transport);
        put(HEADER + head.length + transport.length, payload);
        return head.length + transportLength;
    }

    @Property(tries = 300)
    void theSegmentsHaveThePayloadWithCorrectLengthsIdsNumbersFlagsAndChecksums(
            @ForAll boolean tcp,
            @ForAll boolean ipv6,
            @ForAll @IntRange(max = 2) int tags,
            @ForAll @IntRange(min = 48, max = 9_000) int gsoSize,
            @ForAll @IntRange(min = 1, max = 60_000) int length,
            @ForAll long seed) {
        byte[] payload = new byte[length];
        new Random(seed).nextBytes(payload);
        int frame = superFrame(tcp, ipv6, "8100 0064".repeat(tags), gsoSize, payload, 0xD9);
        int network = 14 + 4 * tags;
        int transport = network + (ipv6 ? 40 : 20);
        int headers = transport + (tcp ? 32 : 8);
        int frames = segmenter.wrap(in, 0, frame);
        assertEquals((length + gsoSize - 1) / gsoSize, frames);
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < frames; i++) {
            int size = segmenter.next(i, out, 0);
            byte[] one = out.asSlice(HEADER, size).toArray(ValueLayout.JAVA_BYTE);
            assertEquals(0, out.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
            assertTrue(size - headers == gsoSize || i == frames - 1);
            all.write(one, headers, size - headers);
            assertArrayEquals(slice(0, network), Arrays.copyOf(one, network));
            assertEquals(size - network - (ipv6 ? 40 : 0), u16(one, network + (ipv6 ? 4 : 2)));
            if (!ipv6) {
                assertEquals(0xFFFE + i & 0xFFFF, u16(one, network + 4));
                assertEquals(0, complement(sum(one, network, 20)));
            }
            long pseudo = (tcp ? 6 : 17) + (long) (size - transport);
            pseudo += ipv6 ? sum(one, network + 8, 32) : sum(one, network + 12, 8);
            assertEquals(0, complement(pseudo + sum(one, transport, size - transport)));
            if (tcp) {
                int number = u16(one, transport + 4) << 16 | u16(one, transport + 6);
                assertEquals(0xFFFF_FFF0 + i * gsoSize, number);
                int expected = 0x50 | (i == 0 ? 0x80 : 0) | (i == frames - 1 ? 0x09 : 0);
                assertEquals(expected, one[transport + 13] & 0xFF);
            } else {
                assertEquals(size - transport, u16(one, transport + 4));
            }
        }
        assertArrayEquals(payload, all.toByteArray());
    }

    @Property(tries = 200)
    void aPartialChecksumIsCompletedInPlace(@ForAll @IntRange(max = 1_460) int length, @ForAll long seed) {
        byte[] payload = new byte[length];
        new Random(seed).nextBytes(payload);
        int frame = superFrame(true, false, "", 0, payload, 0x18);
        int partial = Checksum.fold(Checksum.pseudoHeader4(in, HEADER + 14, 6, frame - 34));
        Wire.put16(in, HEADER + 34 + 16, partial);
        VirtioNetHeader.write(in, 0, VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_NONE, 0, 34, 16);
        assertEquals(1, segmenter.wrap(in, 0, frame));
        assertEquals(frame, segmenter.next(0, out, 0));
        byte[] one = out.asSlice(HEADER, frame).toArray(ValueLayout.JAVA_BYTE);
        assertEquals(0, complement(6 + (frame - 34) + sum(one, 26, 8) + sum(one, 34, frame - 34)));
    }

    @Test
    void aCompleteFrameIsCopiedUnchanged() {
        byte[] frame = bytes(ETHERNET + "88b5 00112233");
        VirtioNetHeader.clear(in, 0);
        put(HEADER, frame);
        assertEquals(1, segmenter.wrap(in, 0, frame.length));
        assertEquals(frame.length, segmenter.next(0, out, 0));
        assertArrayEquals(frame, out.asSlice(HEADER, frame.length).toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void aHeaderThatDoesNotMatchTheFrameIsBad() {
        int frame = superFrame(true, false, "", 1_000, new byte[5_000], 0x10);
        VirtioNetHeader.write(in, 0, 1, VirtioNetHeader.GSO_TCPV4, 0, 34, 16);
        assertEquals(Segmenter.BAD, segmenter.wrap(in, 0, frame), "the segment size is 0");
        VirtioNetHeader.write(in, 0, 1, VirtioNetHeader.GSO_TCPV4, 1, 34, 16);
        assertEquals(Segmenter.BAD, segmenter.wrap(in, 0, frame), "a segment size of 1 makes thousands of frames");
        VirtioNetHeader.write(in, 0, 1, VirtioNetHeader.GSO_TCPV6, 1_000, 34, 16);
        assertEquals(Segmenter.BAD, segmenter.wrap(in, 0, frame), "the frame is not IPv6");
        VirtioNetHeader.write(in, 0, 1, VirtioNetHeader.GSO_UDP_L4, 1_000, 34, 6);
        assertEquals(Segmenter.BAD, segmenter.wrap(in, 0, frame), "the frame is not UDP");
        VirtioNetHeader.write(in, 0, 1, VirtioNetHeader.GSO_UDP, 1_000, 34, 6);
        assertEquals(Segmenter.BAD, segmenter.wrap(in, 0, frame), "UDP fragmentation is never offered");
        VirtioNetHeader.write(in, 0, 1, VirtioNetHeader.GSO_TCPV4, 1_000, 38, 16);
        assertEquals(Segmenter.BAD, segmenter.wrap(in, 0, frame), "the TCP header is at another offset");
        VirtioNetHeader.write(in, 0, 1, VirtioNetHeader.GSO_NONE, 0, frame - 1, 16);
        assertEquals(Segmenter.BAD, segmenter.wrap(in, 0, frame), "the checksum is beyond the end");
    }

    @Property(tries = 2_000)
    void noContentMakesTheSegmenterThrowOrWriteBeyondTheFrame(
            @ForAll long seed, @ForAll @IntRange(max = 3_000) int length, @ForAll boolean likely) {
        var random = new Random(seed);
        byte[] noise = new byte[HEADER + length];
        random.nextBytes(noise);
        if (likely) {
            superFrame(random.nextBoolean(), random.nextBoolean(), "", 1 + random.nextInt(2_000), new byte[3_000], 0);
            byte[] good = in.asSlice(0, noise.length).toArray(ValueLayout.JAVA_BYTE);
            for (int i = random.nextInt(6); i > 0; i--) good[random.nextInt(Math.min(80, good.length))] ^= noise[0];
            noise = good;
        }
        // Memory that ends where the frame ends: a read or write beyond it would throw.
        MemorySegment exact = MemorySegment.ofArray(noise);
        MemorySegment target = MemorySegment.ofArray(new byte[HEADER + length]);
        int frames = segmenter.wrap(exact, 0, length);
        for (int i = 0; i < frames; i++) assertTrue(segmenter.next(i, target, 0) <= length);
    }

    private byte[] slice(int offset, int length) {
        return in.asSlice(HEADER + offset, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private void put(int offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, in, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    /** RFC 1071, implemented independently of the tested code. */
    private static long sum(byte[] bytes, int offset, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) sum += (long) (bytes[offset + i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
        return sum;
    }

    private static int complement(long sum) {
        while (sum >>> 16 != 0) sum = (sum & 0xFFFF) + (sum >>> 16);
        return (int) (~sum & 0xFFFF);
    }
}
