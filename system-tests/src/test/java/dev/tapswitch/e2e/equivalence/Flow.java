package dev.tapswitch.e2e.equivalence;

import java.util.Arrays;
import java.util.HexFormat;

/** Identifies the flow of a frame: its addresses, tags, protocol and ports. A switch keeps the order of the frames of a flow; another flow may take the other path. */
final class Flow {
    static final HexFormat HEX = HexFormat.of();

    private static final int ADDRESSES = 12;
    private static final int TAG = 4;
    private static final int TYPE = 2;

    private Flow() {}

    static String of(byte[] frame) {
        int type = ADDRESSES;
        while (isTag(frame, type)) type += TAG;
        int payload = type + TYPE;
        String flow = hex(frame, 0, payload);
        return switch (hex(frame, type, payload)) {
            // Version and header length, protocol, ports or ICMP type.
            case "0800" ->
                flow
                        + hex(frame, payload, payload + 1)
                        + hex(frame, payload + 9, payload + 10)
                        + hex(frame, payload + 20, payload + 24);
            // Version, next header, ports or ICMPv6 type.
            case "86dd" ->
                flow
                        + hex(frame, payload, payload + 1)
                        + hex(frame, payload + 6, payload + 7)
                        + hex(frame, payload + 40, payload + 44);
            default -> flow;
        };
    }

    private static boolean isTag(byte[] frame, int offset) {
        String type = hex(frame, offset, offset + TYPE);
        return type.equals("8100") || type.equals("88a8");
    }

    private static String hex(byte[] frame, int from, int to) {
        return HEX.formatHex(Arrays.copyOfRange(frame, Math.min(from, frame.length), Math.min(to, frame.length)));
    }
}
