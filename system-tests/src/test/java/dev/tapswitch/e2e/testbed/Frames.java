package dev.tapswitch.e2e.testbed;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Predicate;

/** Frames as bytes, written as they are read: in hex, in the order of the wire. */
public final class Frames {
    public static final String BROADCAST = "ff:ff:ff:ff:ff:ff";
    /** IEEE 802 local experimental ethertype 1: nobody's, so nothing answers. */
    public static final String NOBODYS = "88b5";

    private Frames() {}

    /** Hex digits; blanks and colons are for the reader. */
    public static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex).replaceAll("[\\s:]", ""));
    }

    /** A frame of at least 60 bytes, as Ethernet has it without the FCS, ended by a mark that is unlikely elsewhere. */
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

    /** An unsolicited neighbour advertisement (RFC 4861 4.4) to all nodes, with the override flag; addresses are 32 hex digits. */
    public static byte[] advertisement(String mac, String address) {
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

    /** RFC 1071, over an even number of bytes. */
    private static int checksum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i += 2) sum += (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff;
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
        return ~sum & 0xffff;
    }

    /** Who has {@code target}, asked by {@code mac} or by anyone when null. */
    public static Predicate<byte[]> isArpRequest(String mac, String target) {
        byte[] wanted = bytes(ipv4(target));
        return frame -> frame.length >= 42
                && has(frame, 12, "0806")
                && has(frame, 20, "0001")
                && (mac == null || has(frame, 22, mac))
                && Arrays.equals(frame, 38, 42, wanted, 0, 4);
    }

    /** A neighbour solicitation (RFC 4861 4.3) for an address given as 32 hex digits. */
    public static Predicate<byte[]> isSolicitation(String target) {
        return frame -> frame.length >= 78 && has(frame, 12, "86dd") && has(frame, 54, "87") && has(frame, 62, target);
    }

    public static Predicate<byte[]> is(byte[] frame) {
        return other -> Arrays.equals(frame, other);
    }

    public static Predicate<byte[]> from(String mac) {
        return frame -> frame.length >= 14 && has(frame, 6, mac);
    }

    public static boolean has(byte[] frame, int offset, String hex) {
        byte[] wanted = bytes(hex);
        return frame.length >= offset + wanted.length
                && Arrays.equals(frame, offset, offset + wanted.length, wanted, 0, wanted.length);
    }

    /** RFC 1071, over parts of an even length. */
    public static int checksum(byte[]... parts) {
        int sum = 0;
        for (byte[] part : parts)
            for (int i = 0; i < part.length; i += 2) sum += (part[i] & 0xff) << 8 | part[i + 1] & 0xff;
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
        return ~sum & 0xffff;
    }

    /** A datagram without a checksum of its own, which IPv4 allows. */
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

    public static String ipv4(String dotted) {
        var hex = new StringBuilder();
        for (String part : dotted.split("\\.", -1)) hex.append("%02x".formatted(Integer.parseInt(part)));
        return hex.toString();
    }
}
