package dev.tapswitch.e2e.testbed;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Predicate;

/** Builds and compares frames as bytes. Contents are given as hex digits in wire order. */
public final class Frames {
    public static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
    /** IEEE 802 local experimental ethertype 1. No protocol uses it, so no station responds. */
    public static final String EXPERIMENTAL_ETHERTYPE = "88b5";

    private Frames() {}

    /** Parses hex digits; ignores blanks and colons. */
    public static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replaceAll("[\\s:]", ""));
    }

    /** A frame of at least 60 bytes (the Ethernet minimum without FCS). Its last four bytes are a mark that hardly occurs in other frames. */
    public static byte[] frame(String destination, String source, String... rest) {
        byte[] head = bytes(destination, source, String.join("", rest));
        byte[] frame = Arrays.copyOf(head, Math.max(60, head.length + 4));
        System.arraycopy(bytes("7a9557c4"), 0, frame, frame.length - 4, 4);
        return frame;
    }

    public static byte[] arp(
            int operation, String destination, String senderMac, String sender, String targetMac, String target) {
        return bytes(
                destination,
                senderMac,
                "0806 0001 0800 06 04",
                "%04x".formatted(operation),
                senderMac,
                ipv4(sender),
                targetMac,
                ipv4(target),
                "00".repeat(18));
    }

    public static byte[] arpRequest(String senderMac, String sender, String target) {
        return arp(1, BROADCAST, senderMac, sender, "000000000000", target);
    }

    /** An unsolicited neighbour advertisement (RFC 4861 4.4) to all nodes with the override flag. {@code address}: 32 hex digits. */
    public static byte[] neighbourAdvertisement(String mac, String address) {
        String allNodes = "ff020000000000000000000000000001";
        byte[] pseudo = bytes(address, allNodes, "00000020 0000003a 88000000 20000000", address, "0201", mac);
        return bytes(
                "33:33:00:00:00:01",
                mac,
                "86dd 60000000 0020 3a ff",
                address,
                allNodes,
                "8800 %04x 20000000".formatted(checksum(pseudo)),
                address,
                "0201",
                mac);
    }

    /** Matches ARP requests for {@code target} from {@code mac}, or from any station if that is null. */
    public static Predicate<byte[]> isArpRequest(String mac, String target) {
        byte[] expected = bytes(ipv4(target));
        return frame -> frame.length >= 42
                && hasAt(frame, 12, "0806")
                && hasAt(frame, 20, "0001")
                && (mac == null || hasAt(frame, 22, mac))
                && Arrays.equals(frame, 38, 42, expected, 0, 4);
    }

    /** Matches neighbour solicitations (RFC 4861 4.3). {@code target}: 32 hex digits. */
    public static Predicate<byte[]> isSolicitation(String target) {
        return frame ->
                frame.length >= 78 && hasAt(frame, 12, "86dd") && hasAt(frame, 54, "87") && hasAt(frame, 62, target);
    }

    public static Predicate<byte[]> equalTo(byte[] frame) {
        return other -> Arrays.equals(frame, other);
    }

    public static Predicate<byte[]> sentFrom(String mac) {
        return frame -> frame.length >= 14 && hasAt(frame, 6, mac);
    }

    /** Whether the frame has these bytes at this offset. */
    public static boolean hasAt(byte[] frame, int offset, String hex) {
        byte[] expected = bytes(hex);
        return frame.length >= offset + expected.length
                && Arrays.equals(frame, offset, offset + expected.length, expected, 0, expected.length);
    }

    /** The Internet checksum (RFC 1071). Each part must have an even length. */
    public static int checksum(byte[]... parts) {
        int sum = 0;
        for (byte[] part : parts)
            for (int i = 0; i < part.length; i += 2) sum += (part[i] & 0xff) << 8 | part[i + 1] & 0xff;
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
        return ~sum & 0xffff;
    }

    /** A UDP datagram in IPv4, without a UDP checksum (RFC 768 allows that). */
    public static byte[] datagram(
            String destination, String source, String sender, String receiver, int port, String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        String addresses = ipv4(sender) + ipv4(receiver);
        String length = "%04x".formatted(28 + payload.length);
        int sum = checksum(bytes("45 00", length, "0000 4000 40 11 0000", addresses));
        return bytes(
                destination,
                source,
                "0800 45 00",
                length,
                "0000 4000 40 11",
                "%04x".formatted(sum),
                addresses,
                "%04x%04x%04x0000".formatted(40_000, port, 8 + payload.length),
                HexFormat.of().formatHex(payload));
    }

    /** The hex digits of an IPv4 address. */
    public static String ipv4(String dotted) {
        var hex = new StringBuilder();
        for (String part : dotted.split("\\.", -1)) hex.append("%02x".formatted(Integer.parseInt(part)));
        return hex.toString();
    }
}
